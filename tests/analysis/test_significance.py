"""Paired comparison and Holm's correction, against enumeration and published values."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.significance import compare, holm
from db.errors import DataError


def test_five_equal_signs_cannot_go_below_one_sixteenth() -> None:
    # All five differences are positive: 2 of the 2⁵ = 32 sign patterns reach the mean, p = .0625.
    result = compare(np.array([1.0, 2, 3, 4, 5]), np.zeros(5))
    assert result.p_value == 0.0625
    assert result.smallest_p == 0.0625
    assert result.exact
    assert result.verdict(0.05) is None
    assert result.verdict(0.1) is True


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=8))
def test_exact_p_value_counts_every_sign_pattern(gaps: list[int]) -> None:
    data = np.array(gaps, dtype=np.float64)
    totals = [abs(sum(s * g for s, g in zip(signs, gaps, strict=True)))
              for signs in product([1, -1], repeat=len(gaps))]  # fmt: skip
    expected = np.mean([total >= abs(sum(gaps)) for total in totals])
    assert compare(data, np.zeros(len(data)), bootstrap=10).p_value == pytest.approx(expected)


def test_exact_p_value_equals_that_of_scipy() -> None:
    rng = np.random.default_rng(4)
    first, second = rng.normal(0.4, 1, 12), rng.normal(0, 1, 12)
    ours = compare(first, second, bootstrap=10).p_value
    theirs = stats.permutation_test(
        (first, second), lambda a, b: np.mean(a - b), permutation_type="samples", n_resamples=np.inf
    )
    assert ours == pytest.approx(theirs.pvalue)


def test_whole_clusters_are_flipped() -> None:
    # 20 instances in 2 clusters: only 4 sign patterns exist, so p cannot be below 2/4.
    gap = np.full(20, 0.3)
    result = compare(gap, np.zeros(20), clusters=["a"] * 12 + ["b"] * 8)
    assert (result.n_clusters, result.smallest_p, result.p_value) == (2, 0.5, 0.5)


def test_many_clusters_are_flipped_at_random_and_p_is_never_zero() -> None:
    result = compare(np.full(40, 1.0), np.zeros(40), flips=999)
    assert not result.exact
    assert result.p_value == result.smallest_p == 1 / 1000


def test_interval_of_the_difference_has_the_standard_error_of_a_mean() -> None:
    gap = np.random.default_rng(5).normal(1, 2, 400)
    result = compare(gap, np.zeros(400), bootstrap=2000)
    assert result.difference.value == pytest.approx(gap.mean())
    assert result.difference.se == pytest.approx(gap.std() / 20, rel=0.08)
    # (1.960 + 0.842) standard errors are found four times in five.
    assert result.detectable == pytest.approx(2.8016 * result.difference.se, rel=1e-4)


def test_clusters_widen_the_interval_when_their_instances_agree() -> None:
    rng = np.random.default_rng(6)
    clusters = np.repeat(np.arange(20), 10)
    gap = rng.normal(size=20)[clusters]
    alone = compare(gap, np.zeros(200)).difference.se
    together = compare(gap, np.zeros(200), clusters=clusters.tolist()).difference.se
    # Ten copies of the same difference carry the information of one: √10 times wider.
    assert together == pytest.approx(10**0.5 * alone, rel=0.15)


def test_undefined_instances_are_left_out_and_counted() -> None:
    result = compare(np.array([1.0, np.nan, 3.0]), np.array([0.0, 0.0, np.nan]))
    assert result.excluded == 2
    assert result.difference.n_units == 1


def test_nothing_to_compare_is_undefined() -> None:
    result = compare(np.array([np.nan]), np.array([1.0]))
    assert result.difference.value is None
    assert result.p_value is None
    assert "no instance" in result.difference.note


def test_equal_scores_give_p_one() -> None:
    assert compare(np.ones(5), np.ones(5)).p_value == 1.0


def test_different_lengths_are_refused() -> None:
    with pytest.raises(DataError, match="3 and 2"):
        compare(np.zeros(3), np.zeros(2))


def test_holm_steps_down() -> None:
    # Sorted .01 .02 .03 .04 times 4 3 2 1: .04 .06 .06 .04, and none may fall: .04 .06 .06 .06.
    assert holm([0.03, 0.01, 0.04, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])


def test_holm_never_exceeds_one_and_keeps_an_empty_list() -> None:
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []
