"""Means of the measures, what is left out, and the sentence that goes with them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from analysis.explained.agreement import NOT_PEOPLE, agreement
from db.errors import DataError
from db.ragged import Ragged


def ragged(rows: list) -> Ragged:
    return Ragged.from_rows(rows, "float64")


def maps(n: int, seed: int = 0) -> tuple[list, list]:
    rng = np.random.default_rng(seed)
    rows = [rng.dirichlet(np.ones(length)) for length in rng.integers(3, 12, n)]
    return rows, [rng.permutation(row) for row in rows]


def test_estimates_are_means_over_instances_with_intervals() -> None:
    one, other = maps(60)
    found = {e.name: e for e in agreement(ragged(one), ragged(other), bootstrap=300).estimates}
    taus = [stats.kendalltau(a, b).statistic for a, b in zip(one, other, strict=True)]
    assert found["kendall"].value == pytest.approx(np.mean(taus))
    assert found["kendall"].se == pytest.approx(stats.sem(taus), rel=0.25)
    for estimate in found.values():
        assert estimate.low < estimate.value < estimate.high
        assert (estimate.over, estimate.n_units) == ("units", 60)


def test_identical_maps_agree_wholly() -> None:
    one, _ = maps(10)
    found = {e.name: e.value for e in agreement(ragged(one), ragged(one), bootstrap=0).estimates}
    assert found["kendall"] == found["topk_overlap"] == pytest.approx(1)
    assert found["pearson"] == pytest.approx(1)
    assert found["fagin_kendall"] == 0


def test_what_has_no_correlation_is_left_out_and_counted() -> None:
    one = [[0.2, 0.8], [1.0], [0.5, 0.5], []]
    other = [[0.3, 0.7], [1.0], [0.1, 0.9], []]
    result = agreement(ragged(one), ragged(other), bootstrap=0)
    found = {e.name: e for e in result.estimates}
    assert found["kendall"].n_units == 1
    assert found["entropy"].n_units == 2
    assert found["topk_overlap"].n_units == 3
    assert list(result.excluded.values()) == [2, 1]


def test_nothing_defined_is_none_with_a_reason() -> None:
    result = agreement(ragged([[1.0]]), ragged([[1.0]]), bootstrap=100)
    kendall = next(e for e in result.estimates if e.name == "kendall")
    assert kendall.value is None
    assert kendall.note
    with pytest.raises(DataError, match="no instance"):
        agreement(ragged([]), ragged([]))


def test_it_says_that_this_is_not_agreement_with_people() -> None:
    one, other = maps(3)
    assert NOT_PEOPLE in agreement(ragged(one), ragged(other), bootstrap=0).notes
    assert "not agreement with people" in NOT_PEOPLE
