"""Which tokens a rationale keeps at a share: the ceil(share · T) that score highest, at least one.

Scores are signed and the highest are taken, so a token that speaks against the class comes last.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.arrays import Bools, Ints, rank_rows
from db.errors import DataError
from db.ragged import Ragged

JUST_BELOW = 1e-9
"""What is taken off before rounding up: 0.1 · 30 is a little more than 3 in floating point."""


def sizes(lengths: Ints, share: float) -> Ints:
    """ceil(share · T) tokens, at least 1 and at most T: int64, shape (n,)."""
    if not 0 < share <= 1:
        raise DataError(f"a share of the tokens lies above 0 and at most at 1, not at {share}")
    k = np.ceil(share * lengths - JUST_BELOW).astype(np.int64)
    return np.asarray(np.minimum(np.maximum(k, 1), lengths))


def places(scores: Ragged, chance: Ragged) -> Ints:
    """The place of each token from the top of its row, from 0: int64, shape (N,).

    `chance`: numbers in [0, 1) of the same shape, which order equal scores: by position they
    would favour the beginning of the text. Scores that are not finite are refused.
    """
    values = np.asarray(scores.values, np.float64)
    if not np.isfinite(values).all():
        raise DataError("a rationale holds a score that is no finite number")
    tied = rank_rows(-values, scores.offsets).low.astype(np.float64)
    return rank_rows(tied + np.asarray(chance.values, np.float64), scores.offsets).low


def rationales(scores: Ragged, chance: Ragged, shares: Sequence[float]) -> tuple[Bools, ...]:
    """The tokens of each share's rationale: bool, shape (N,), one array a share."""
    place = places(scores, chance)
    lengths = scores.lengths
    return tuple(place < np.repeat(sizes(lengths, share), lengths) for share in shares)


def first(scores: Ragged, chance: Ragged) -> Bools:
    """The one token of each row that scores highest: bool, shape (N,)."""
    return np.asarray(places(scores, chance) == 0)
