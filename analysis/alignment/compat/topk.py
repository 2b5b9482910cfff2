"""The k highest tokens of each map, as sorting in rising order and taking the end gives them."""

from __future__ import annotations

import numpy as np

from analysis.arrays import Bools
from db.ragged import Ragged


def top(scores: Ragged, k: int) -> Bools:
    """The last k tokens of a stable sort: bool, shape (N,). Of equal scores the later ones are
    taken; a map of fewer than k tokens is taken whole."""
    row = scores.row_ids
    order = np.lexsort((np.arange(len(row)), scores.values.astype(np.float64), row))
    from_end = scores.offsets[1:][row] - np.arange(len(row))
    chosen = np.zeros(len(row), dtype=bool)
    chosen[order[from_end <= k]] = True
    return chosen


def tied_cuts(scores: Ragged, k: int) -> int:
    """Maps of which the cut falls between equal scores."""
    values, row = scores.values.astype(np.float64), scores.row_ids
    ordered = values[np.lexsort((values, row))]
    long = np.flatnonzero(scores.lengths > k)
    cut = scores.offsets[1:][long] - k
    return int((ordered[cut] == ordered[cut - 1]).sum()) if k > 0 else 0
