"""How large a study must be: statsmodels, simulated studies, and larger studies of the same crowd."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.power import TTestPower  # type: ignore[import-untyped]

from analysis.agreement.krippendorff import alpha
from analysis.power import (
    alpha_width,
    detectable_difference,
    pairs_for_difference,
    power_of_paired,
    size_for_alpha,
)
from db.errors import DataError, UsageError
from tests.analysis.support import judgements, one


@settings(max_examples=40, deadline=None)
@given(st.floats(0.05, 2), st.floats(0.1, 3), st.integers(3, 200))
def test_power_is_that_of_statsmodels(difference: float, sd: float, n: int) -> None:
    other = TTestPower().power(difference / sd, n, 0.05, alternative="two-sided")
    if np.isfinite(other):
        assert power_of_paired(difference, sd, n) == pytest.approx(other, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 12), st.integers(2, 5000))
def test_power_is_that_of_an_integral_over_the_sample_deviation(ratio: float, n: int) -> None:
    # Given the sample's standard deviation s (chi with n − 1 degrees of freedom) the mean decides.
    df, shift = n - 1, ratio * n**0.5
    s = stats.chi.ppf((np.arange(20_000) + 0.5) / 20_000, df) / df**0.5
    critical = stats.t.isf(0.025, df) * s
    expected = (stats.norm.sf(critical - shift) + stats.norm.cdf(-critical - shift)).mean()
    assert power_of_paired(ratio, 1.0, n) == pytest.approx(expected, abs=1e-4)


def test_cohens_example() -> None:
    # Cohen (1988), table 2.4.1: d = .50 two-sided at .05 with power .80; one sample needs 34.
    assert pairs_for_difference(0.5, 1.0) == 34
    assert detectable_difference(1.0, 34) == pytest.approx(0.4949, abs=0.001)


def test_a_detectable_difference_is_detected_as_often_as_promised() -> None:
    rng = np.random.default_rng(0)
    difference = detectable_difference(2.0, 25, power=0.7)
    p = stats.ttest_1samp(rng.normal(difference, 2.0, (20_000, 25)), 0, axis=1).pvalue
    assert (p <= 0.05).mean() == pytest.approx(0.7, abs=0.012)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.05, 3), st.floats(0.5, 2), st.sampled_from([0.5, 0.8, 0.95]))
def test_the_fewest_pairs_are_enough_and_one_fewer_is_not(
    difference: float, sd: float, power: float
) -> None:
    n = pairs_for_difference(difference, sd, power=power)
    assert power_of_paired(difference, sd, n) >= power
    assert n == 2 or power_of_paired(difference, sd, n - 1) < power
    assert detectable_difference(sd, n, power=power) <= difference + 1e-9


def test_what_cannot_be_found_is_refused() -> None:
    with pytest.raises(DataError, match="is not found even with 1,000,000 pairs"):
        pairs_for_difference(0.0, 1.0)
    with pytest.raises(UsageError, match="above 0"):
        detectable_difference(0.0, 10)
    with pytest.raises(UsageError, match="power between"):
        detectable_difference(1.0, 10, power=0.01)


def crowd(seed: int, units: int, workers: int) -> pd.DataFrame:
    """A quarter of the workers judge each unit; they differ in how often they know the truth."""
    rng = np.random.default_rng(seed)
    right = rng.uniform(0.3, 1.0, workers)
    asked = rng.random((units, workers)) < 0.25
    unit, worker = np.nonzero(asked)
    truth = rng.integers(2, size=units)[unit]
    value = np.where(rng.random(len(unit)) < right[worker], truth, rng.integers(2, size=len(unit)))
    return pd.DataFrame({"unit": unit, "worker": worker, "value": value})


def test_at_its_own_size_a_pilot_has_the_width_of_its_interval_over_both() -> None:
    pilot = crowd(0, 80, 24)
    found = alpha_width(pilot, "nominal", units=80, workers=24, simulations=1500)
    both = one(alpha(pilot, "nominal", over=("both",)).estimates, "alpha", over="both")
    assert both.low is not None and both.high is not None
    assert found.value == pytest.approx(both.high - both.low, rel=0.12)


def test_a_larger_study_of_the_same_crowd_is_about_as_sure_as_foretold() -> None:
    # A pilot of 80 units and 24 workers foretells studies of 240 units and 96 workers.
    foretold = [
        alpha_width(crowd(seed, 80, 24), "nominal", units=240, workers=96, simulations=400).value
        for seed in range(6)
    ]
    estimates = [
        alpha(crowd(100 + seed, 240, 96), "nominal", bootstrap=300, over=("both",)).estimates
        for seed in range(4)
    ]
    found = [one(listed, "alpha", over="both") for listed in estimates]
    widths = [(e.high or np.nan) - (e.low or np.nan) for e in found]
    assert np.mean(np.array(foretold, float)) == pytest.approx(np.mean(widths), rel=0.3)


def test_the_size_found_is_narrow_enough_and_a_smaller_one_is_not() -> None:
    pilot = crowd(1, 60, 20)
    options = {"units": 60, "simulations": 300, "seed": 4}
    now = alpha_width(pilot, "nominal", workers=20, **options).value
    assert now is not None
    n = size_for_alpha(pilot, "nominal", 0.7 * now, vary="workers", workers=20, **options)
    assert n is not None and n > 20
    wide = alpha_width(pilot, "nominal", workers=n, **options).value
    assert wide is not None and wide <= 0.7 * now
    less = alpha_width(pilot, "nominal", workers=round(0.9 * n), **options).value
    assert less is not None and less > 0.65 * now


def test_more_units_do_not_make_up_for_few_workers() -> None:
    pilot = crowd(2, 60, 12)
    found = size_for_alpha(
        pilot, "nominal", 0.02, vary="units", units=30, workers=12, simulations=100
    )
    assert found is None


def test_a_pilot_that_allows_no_interval_says_so() -> None:
    few = judgements("a x 1\na y 2")
    found = alpha_width(few, "nominal", units=10, workers=10)
    assert found.value is None and "fewer than 10 workers" in found.note
    alone = alpha_width(judgements("a x 1\nb y 2"), "nominal", units=10, workers=10)
    assert alone.value is None and "no unit with two judgements" in alone.note
    same = pd.DataFrame({"unit": 0, "worker": range(12), "value": 1})
    assert alpha_width(same, "nominal", units=10, workers=10).value is None
    with pytest.raises(DataError, match="cannot be foretold"):
        size_for_alpha(few, "nominal", 0.1, vary="units", units=10, workers=10)
    with pytest.raises(UsageError, match="width must be above 0"):
        size_for_alpha(few, "nominal", 0, vary="units", units=10, workers=10)
