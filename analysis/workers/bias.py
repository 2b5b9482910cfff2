"""Which answers a worker gives more often than the others do on the same units."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.arrays import divide, row_sums
from analysis.significance import holm
from analysis.workers.base import Work
from analysis.workers.company import votes
from analysis.workers.means import p_values, t_interval

COLUMNS = ("worker", "value", "difference", "low", "high", "n", "p_value")
LEAST = 5
"""Fewer judgements beside others' than this have no interval."""


def bias(work: Work, *, confidence: float = 0.95) -> pd.DataFrame:
    """The share of a value in a worker's answers less its share in the others' on the same units.

    One row for every worker and value that the worker or the others gave, sorted: `worker`,
    `value`, `difference` (−1 to 1; above 0: gives it more often), `low` and `high` (Student's
    interval over units), `n` (judgements beside others') and `p_value` (against 0, corrected by
    Holm over all rows that have one). `low`, `high` and `p_value` are <NA> with fewer than 5
    judgements, or where all differ by the same. A worker without company has no row.
    """
    found, judged = votes(work), work.judged
    n_values = max(1, len(judged.values))
    company = (work.asked - 1)[found.judgement].astype(np.float64)
    rows = np.flatnonzero(company > 0)
    gap = found.own[rows] - found.others[rows] / company[rows]
    worker = judged.worker[found.judgement[rows]]
    key, inverse = np.unique(worker * n_values + found.code[rows], return_inverse=True)
    inverse = inverse.astype(np.int64)
    # A judgement whose unit nobody gave the value differs by 0: it counts in n alone.
    n = row_sums(work.asked > 1, judged.worker, work.n_workers)[key // n_values]
    mean = divide(row_sums(gap, inverse, len(key)), n)
    squares = row_sums(gap**2, inverse, len(key)) - n * mean**2
    variance = np.where(squares > 1e-12 * n, squares, 0.0)
    se = np.where(n >= LEAST, np.sqrt(divide(divide(variance, n - 1), n)), np.nan)
    low, high = t_interval(mean, se, n - 1, confidence)
    p = p_values(mean, se, n - 1)
    tested = np.flatnonzero(np.isfinite(p))
    p[tested] = holm(p[tested].tolist())
    values, workers = (
        np.array([*names, None], dtype=object) for names in (judged.values, judged.workers)
    )
    of = (workers[key // n_values], values[key % n_values], mean, low, high, n.astype(np.int64), p)
    table = pd.DataFrame(dict(zip(COLUMNS, of, strict=True)))
    return table.astype(dict.fromkeys(("low", "high", "p_value"), "Float64"))
