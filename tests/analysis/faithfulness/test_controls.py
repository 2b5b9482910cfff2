"""Corruption, random weights, curves and pointing, against plain readings of their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import auc

from analysis.faithfulness.corruption import LOWEST, STRONGEST, at_ends, by_chance, found
from analysis.faithfulness.curves import area, steps
from analysis.faithfulness.pointing import pointing
from analysis.faithfulness.weights import same_as
from db.errors import DataError
from db.ragged import Ragged


def test_the_replaced_token_is_found_where_it_scores_lowest_or_strongest() -> None:
    scores = Ragged.from_rows([[0.5, -2.0, 1.0], [3.0, -2.0], [0.0, 0.0, 0.0, 0.0]], "float64")
    of = found(scores, np.array([1, 1, 2]))
    # −2 is the lowest of both; 3 is stronger than it; four equal scores share the place
    assert of[LOWEST].tolist() == [1.0, 1.0, 0.25]
    assert of[STRONGEST].tolist() == [1.0, 0.0, 0.25]


def test_scores_without_a_sign_cannot_speak_against_a_class() -> None:
    scores = Ragged.from_rows([[0.5, 0.2], [0.1, 0.7]], "float64")
    of = found(scores, np.array([0, 0]))
    assert np.isnan(of[LOWEST]).all()
    assert of[STRONGEST].tolist() == [1.0, 0.0]


def test_what_chance_and_position_are_worth() -> None:
    lengths, replaced = np.array([4, 2, 1]), np.array([3, 0, 0])
    assert by_chance(lengths).tolist() == [0.25, 0.5, 1.0]
    first, last = at_ends(lengths, replaced)
    assert (first.tolist(), last.tolist()) == ([0, 1, 1], [1, 0, 1])
    with pytest.raises(DataError, match="outside its text"):
        found(Ragged.from_rows([[1.0]], "float64"), np.array([1]))


@given(
    st.lists(
        st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=1, max_size=9),
        min_size=1,
        max_size=6,
    )
)
def test_likeness_to_random_weights_is_scipys_spearman(rows: list[list[tuple[int, int]]]) -> None:
    first = Ragged.from_rows(([a for a, _ in row] for row in rows), "float64")
    second = Ragged.from_rows(([b for _, b in row] for row in rows), "float64")
    values = same_as(first, second)
    for row, value in zip(rows, values.tolist(), strict=True):
        one, other = zip(*row, strict=True)
        if len(set(one)) == 1 or len(set(other)) == 1:
            assert np.isnan(value)
        else:
            assert value == pytest.approx(stats.spearmanr(one, other).statistic)


def test_likeness_needs_the_same_tokens() -> None:
    with pytest.raises(DataError, match="same tokens"):
        same_as(Ragged.from_rows([[1.0, 2.0]]), Ragged.from_rows([[1.0], [2.0]]))


@given(st.lists(st.floats(0, 1), min_size=2, max_size=9), st.integers(0, 99))
def test_the_area_is_scikit_learns(curve: list[float], seed: int) -> None:
    n = len(curve)
    assert area([curve])[0] == pytest.approx(auc(np.linspace(0, 1, n), curve))
    inner = np.sort(np.random.default_rng(seed).random(n - 2))
    at = np.concatenate([[0.0], inner, [1.0]])
    assert area([curve], at)[0] == pytest.approx(auc(at, curve))


def test_a_class_that_goes_at_once_has_no_area_of_deletion() -> None:
    # 1, 0, 0, 0, 0: only the first of four trapezia has any area: ½ · ¼
    assert area([[1, 0, 0, 0, 0], [1, 1, 1, 1, 1]]).tolist() == [0.125, 1.0]


def test_a_curve_of_one_point_or_with_wrong_shares_is_refused() -> None:
    with pytest.raises(DataError, match="a point before"):
        area([[1.0]])
    for treated in ([0.0, 0.5], [0.1, 1.0], [0.0, 1.0, 1.0]):
        with pytest.raises(DataError, match="from 0 to 1"):
            area([[1.0, 0.0]], treated)


def test_steps_are_equal_but_for_the_last() -> None:
    assert steps(10, 4).tolist() == [0, 3, 6, 9, 10]
    assert steps(3, 100).tolist() == [0, 1, 2, 3]
    with pytest.raises(DataError):
        steps(0, 3)


def test_pointing_asks_whether_the_highest_score_lies_within() -> None:
    scores = Ragged.from_rows([[1, 3, 2], [1, 3, 2], [2, 2, 1], [1, 2]], "float64")
    region = Ragged.from_rows([[0, 1, 1], [1, 0, 1], [1, 0, 0], [0, 0]], "uint8")
    # inside; outside; two highest of which one lies inside; nothing to point at
    assert pointing(scores, region) == pytest.approx([1, 0, 0.5, np.nan], nan_ok=True)
