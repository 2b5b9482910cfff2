"""Does an explanation depend on what the model has learned?

The rank correlation (Spearman) of a rationale with the one that the same explainer gives for the
same architecture with fresh weights: the first of the sanity checks of Adebayo et al. (2018),
"Sanity Checks for Saliency Maps". Near 0 is as it should be; near 1 the rationale shows the text
or the architecture, whatever the model has learned.
"""

from __future__ import annotations

import numpy as np

from analysis.arrays import Floats, divide, rank_rows, row_sums
from db.errors import DataError
from db.ragged import Ragged

NAME = "same_as_random_weights"
SCALE = "−1 to 1, nearer to 0 is better"
REASON = "rationale that prefers no token (comparison with random weights)"


def same_as(first: Ragged, second: Ragged) -> Floats:
    """Spearman's correlation of each row's scores, float64, shape (n,).

    NaN where either row is the same on every token, so also for a text of one token.
    """
    if not np.array_equal(first.offsets, second.offsets):
        raise DataError("rationales that are compared need scores of the same tokens")
    row, n = first.row_ids, len(first)
    one, other = _centred(first), _centred(second)
    above = row_sums(one * other, row, n)
    return divide(above, np.sqrt(row_sums(one**2, row, n) * row_sums(other**2, row, n)))


def _centred(scores: Ragged) -> Floats:
    """Mid-ranks within each row, less their mean: shape (N,)."""
    ranked = rank_rows(np.asarray(scores.values, np.float64), scores.offsets)
    middle = (np.repeat(scores.lengths, scores.lengths) - 1) / 2
    return np.asarray((ranked.low + ranked.high - 1) / 2 - middle, np.float64)
