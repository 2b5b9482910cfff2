"""Correlations of two maps against scipy, row by row, and entropy by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.explained.maps import entropy, kendall, pearson, varied
from db.errors import DataError
from db.ragged import Ragged

ROWS = st.lists(
    st.integers(0, 9).flatmap(
        lambda n: st.tuples(*[st.lists(st.integers(-3, 3), min_size=n, max_size=n)] * 2)
    ),
    min_size=1,
    max_size=5,
)


def ragged(rows: list) -> Ragged:
    return Ragged.from_rows(rows, "float64")


@given(ROWS)
def test_pearson_and_tau_b_are_scipys_in_every_row(rows: list) -> None:
    one, other = ragged([a for a, _ in rows]), ragged([b for _, b in rows])
    for row, (a, b) in enumerate(rows):
        if len(set(a)) < 2 or len(set(b)) < 2:
            assert np.isnan(pearson(one, other)[row])
            assert np.isnan(kendall(one, other)[row])
            continue
        assert pearson(one, other)[row] == pytest.approx(stats.pearsonr(a, b).statistic)
        assert kendall(one, other)[row] == pytest.approx(stats.kendalltau(a, b).statistic)


def test_long_rows_without_ties() -> None:
    rng = np.random.default_rng(0)
    pairs = [rng.normal(size=(2, n)) for n in (2, 500, 1025)]
    found = kendall(ragged([a for a, _ in pairs]), ragged([b for _, b in pairs]))
    assert found == pytest.approx([stats.kendalltau(a, b).statistic for a, b in pairs])


def test_entropy_is_1_for_even_attention_0_for_one_token_and_undefined_for_a_single_one() -> None:
    found = entropy(ragged([[0.25] * 4, [0, 1, 0], [0.5, 0.5, 0, 0], [1.0], []]))
    # Two of four even tokens: log 2 / log 4 = ½.
    assert found[:3] == pytest.approx([1, 0, 0.5])
    assert np.isnan(found[3:]).all()


def test_rows_that_are_the_same_everywhere_do_not_vary() -> None:
    found = varied(ragged([[1, 1], [1, 2], [], [3], [2, 2, 1]]))
    assert found.tolist() == [False, True, False, False, True]


def test_maps_over_different_units_are_refused() -> None:
    with pytest.raises(DataError, match="same units"):
        pearson(ragged([[1, 2]]), ragged([[1], [2]]))
