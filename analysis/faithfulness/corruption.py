"""The corruption test: one token was replaced so that the score dropped; is it found?

The answer is known by construction, so it needs no people. (In the manner of Yang & Kim 2019,
"BAM", for images, and of Bastings et al. 2022, who plant the tokens that decide.)
"""

from __future__ import annotations

import numpy as np

from analysis.arrays import Floats, Ints, rank_rows
from db.errors import DataError
from db.ragged import Ragged

SCALE = "0 to 1, higher is better"
LOWEST, STRONGEST = "corruption_found_lowest", "corruption_found_strongest"
SCALES = {LOWEST: SCALE, STRONGEST: SCALE}
NO_SIGN = "its scores have no sign: it cannot say that a token speaks against the class"


def found(scores: Ragged, replaced: Ints) -> dict[str, Floats]:
    """How far each rationale names the replaced token: float64, shape (n,), in [0, 1].

    `scores`: of the class predicted before the replacement; `replaced`: int64, shape (n,), the
    token's position. `…_found_lowest`: the token has the lowest score of its row, `…_found_strongest`:
    the highest absolute one; one of m tokens that share that place counts 1/m. `…_found_lowest` is
    NaN throughout where no score is below 0 (attention).
    """
    values = np.asarray(scores.values, np.float64)
    if ((replaced < 0) | (replaced >= scores.lengths)).any():
        raise DataError("a replaced token lies outside its text")
    at = scores.offsets[:-1] + replaced
    signed = bool((values < 0).any())
    lowest = _share_of_first(values, scores.offsets, at)
    return {
        LOWEST: lowest if signed else np.full(len(scores), np.nan),
        STRONGEST: _share_of_first(-np.abs(values), scores.offsets, at),
    }


def by_chance(lengths: Ints) -> Floats:
    """1/T, shape (n,): what naming any token is worth."""
    return np.asarray(1.0 / lengths, np.float64)


def at_ends(lengths: Ints, replaced: Ints) -> tuple[Floats, Floats]:
    """What always naming the first token, and always the last one, is worth: shape (n,) each."""
    first, last = replaced == 0, replaced == lengths - 1
    return first.astype(np.float64), last.astype(np.float64)


def _share_of_first(values: Floats, offsets: Ints, at: Ints) -> Floats:
    """1/m where the value at `at` is among the m lowest of its row, else 0."""
    ranked = rank_rows(values, offsets)
    return np.where(ranked.low[at] == 0, 1.0 / ranked.high[at], 0.0)
