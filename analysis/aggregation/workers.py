"""The table of workers that every aggregation carries."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.arrays import Floats, divide, row_sums
from analysis.judgements import Judgements


def worker_table(judged: Judgements, right: Floats, possible: Floats) -> pd.DataFrame:
    """Judgements and reliability of each worker, indexed by `worker`.

    `right`, `possible`: float64, shape (J,), what each judgement scored and could have scored; a
    judgement with nothing possible does not count. `reliability` is the mean of right / possible:
    [0, 1], higher is better, <NA> for a worker none of whose judgements counts.
    """
    n = len(judged.workers)
    counted = (possible > 0).astype(np.float64)
    quality = row_sums(np.nan_to_num(divide(right, possible)), judged.worker, n)
    return reliability_table(judged, divide(quality, row_sums(counted, judged.worker, n)))


def reliability_table(judged: Judgements, reliability: Floats) -> pd.DataFrame:
    """The same from reliabilities that are known: float64, shape (W,), NaN where undefined."""
    return pd.DataFrame(
        {
            "judgements": np.bincount(judged.worker, minlength=len(judged.workers)),
            "reliability": pd.array(
                [None if np.isnan(value) else value for value in reliability.tolist()],
                dtype="Float64",
            ),
        },
        index=pd.Index(list(judged.workers), name="worker"),
    )
