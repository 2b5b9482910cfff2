"""The pointing game: does the unit that scores highest lie within the known region?

Source: Zhang et al. (2018), "Top-down Neural Attention by Excitation Backprop". They allow 15
pixels beside the region; where that is wanted, widen the region before.
"""

from __future__ import annotations

import numpy as np

from analysis.arrays import Floats, divide, rank_rows, row_sums
from db.errors import DataError
from db.ragged import Ragged

SCALE = "0 to 1, higher is better"


def pointing(scores: Ragged, region: Ragged) -> Floats:
    """1 where the highest score lies within the region, else 0: float64, shape (n,).

    Units that share the highest score share the point. NaN where the region is empty: there is
    nothing to point at.
    """
    if not np.array_equal(scores.offsets, region.offsets):
        raise DataError("scores and regions need the same units")
    row, n = scores.row_ids, len(scores)
    inside = np.asarray(region.values, np.float64) > 0
    top = rank_rows(-np.asarray(scores.values, np.float64), scores.offsets).low == 0
    hits = divide(row_sums(top & inside, row, n), row_sums(top, row, n))
    return np.where(row_sums(inside, row, n) > 0, hits, np.nan)
