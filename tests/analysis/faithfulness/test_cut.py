"""Which tokens belong to a rationale of a share."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.faithfulness.cut import first, places, rationales, sizes
from db.errors import DataError
from db.ragged import Ragged

LENGTHS = np.array([1, 3, 10, 30, 100], np.int64)


def test_sizes_round_up_and_are_at_least_one() -> None:
    assert sizes(LENGTHS, 0.01).tolist() == [1, 1, 1, 1, 1]
    assert sizes(LENGTHS, 0.05).tolist() == [1, 1, 1, 2, 5]
    assert sizes(LENGTHS, 0.1).tolist() == [1, 1, 1, 3, 10]  # .1 · 30 is 3.0000000000000004
    assert sizes(LENGTHS, 0.5).tolist() == [1, 2, 5, 15, 50]


@given(st.integers(1, 5000), st.integers(1, 100))
def test_sizes_are_those_of_exact_arithmetic(length: int, percent: int) -> None:
    expected = min(length, max(1, math.ceil(length * percent / 100 - 1e-6)))
    assert sizes(np.array([length]), percent / 100).tolist() == [expected]


def test_shares_that_are_none_are_refused() -> None:
    for share in (0.0, -0.1, 1.5):
        with pytest.raises(DataError, match="a share of the tokens"):
            sizes(LENGTHS, share)


def test_the_highest_signed_scores_are_taken() -> None:
    scores = Ragged.from_rows([[0.1, -5.0, 3.0, 0.0], [2.0, 1.0]], "float64")
    chance = scores.with_values(np.zeros(6))
    half, whole = rationales(scores, chance, (0.5, 1.0))
    assert half.tolist() == [True, False, True, False, True, False]
    assert whole.all()
    assert first(scores, chance).tolist() == [False, False, True, False, True, False]


def test_ties_fall_as_chance_says_not_by_position() -> None:
    scores = Ragged.from_rows([[1.0, 1.0, 1.0, 2.0]], "float64")
    chance = scores.with_values(np.array([0.9, 0.1, 0.5, 0.99]))
    assert places(scores, chance).tolist() == [3, 1, 2, 0]


@given(
    rows=st.lists(st.lists(st.integers(-3, 3), min_size=1, max_size=12), min_size=1, max_size=8),
    share=st.floats(0.01, 1),
    seed=st.integers(0, 99),
)
def test_a_rationale_holds_the_highest_of_its_row(
    rows: list[list[int]], share: float, seed: int
) -> None:
    scores = Ragged.from_rows(rows, "float64")
    chance = scores.with_values(np.random.default_rng(seed).random(len(scores.values)))
    (chosen,) = rationales(scores, chance, (share,))
    for at, row in enumerate(rows):
        mask = chosen[scores.offsets[at] : scores.offsets[at + 1]]
        taken = sorted(np.array(row)[mask].tolist(), reverse=True)
        assert taken == sorted(row, reverse=True)[: len(taken)]
        assert len(taken) == sizes(np.array([len(row)]), share)[0]


def test_a_score_that_is_no_number_is_refused() -> None:
    scores = Ragged.from_rows([[1.0, math.nan]], "float64")
    with pytest.raises(DataError, match="no finite number"):
        places(scores, scores.with_values(np.zeros(2)))
