"""Weights, percentile intervals and the jackknife, against hand arithmetic and known errors."""

import math

import numpy as np
import pytest

from analysis.intervals import (
    Spread,
    cluster_weights,
    estimate,
    jackknife,
    pattern_weights,
    percentile,
    unit_weights,
)


def test_unit_weights_are_n_draws_with_replacement() -> None:
    weights = unit_weights(7, 2000, np.random.default_rng(0))
    assert weights.shape == (7, 2000)
    assert (weights.sum(axis=0) == 7).all()
    # One unit is drawn Binomial(7, 1/7) times: mean 1, variance 6/7.
    assert weights.mean() == pytest.approx(1)
    assert weights.var() == pytest.approx(6 / 7, rel=0.05)


def test_units_of_a_cluster_share_their_weight() -> None:
    cluster = np.array([0, 0, 1, 2, 2, 2])
    weights = cluster_weights(cluster, 50, np.random.default_rng(1))
    assert (weights[0] == weights[1]).all()
    assert (weights[3] == weights[4]).all()
    # Three clusters are drawn three times, whatever their sizes.
    assert (weights[[0, 2, 3]].sum(axis=0) == 3).all()


def test_pattern_weights_have_the_distribution_of_unit_weights_summed_by_pattern() -> None:
    # 2 of 10 units show the first pattern: Binomial(10, .2), mean 2, variance 1.6.
    weights = pattern_weights(np.array([2, 8]), 20_000, np.random.default_rng(2))
    units = unit_weights(10, 20_000, np.random.default_rng(3))[:2].sum(axis=0)
    assert weights[0].mean() == pytest.approx(2, abs=0.05)
    assert weights[0].var() == pytest.approx(1.6, rel=0.05)
    assert units.var() == pytest.approx(1.6, rel=0.05)


def test_percentile_interval_of_known_replicates() -> None:
    # Of 0 … 100 the 2.5% and 97.5% quantiles are 2.5 and 97.5.
    spread = percentile(np.arange(101.0))
    assert (spread.low, spread.high) == pytest.approx((2.5, 97.5))
    assert spread.se == pytest.approx(np.arange(101).std(ddof=1))


def test_undefined_replicates_are_counted_and_too_many_leave_no_interval() -> None:
    few = percentile(np.concatenate([np.arange(99.0), [math.nan]]))
    assert few.low is not None
    assert few.note == "1 of 100 replicates was undefined"
    many = percentile(np.concatenate([np.arange(90.0), np.full(10, math.nan)]))
    assert many == Spread(note="10 of 100 replicates were undefined")


def test_jackknife_of_a_mean_is_its_standard_error() -> None:
    # For the mean the jackknife gives s/√n exactly; t with 3 degrees of freedom reaches 3.182.
    data = np.array([1.0, 2.0, 4.0, 9.0])
    left_out = (data.sum() - data) / 3
    spread = jackknife(float(data.mean()), left_out)
    assert spread.se == pytest.approx(data.std(ddof=1) / 2)
    assert spread.high == pytest.approx(4 + 3.1824 * spread.se, rel=1e-4)


def test_jackknife_is_undefined_when_a_part_cannot_be_left_out() -> None:
    assert jackknife(1.0, np.array([1.0, math.nan, 2.0])).se is None


def test_an_estimate_carries_no_nan_and_says_why() -> None:
    undefined = estimate("x", math.nan, Spread(1.0, 0.0, 2.0), note="one category only")
    assert (undefined.value, undefined.se, undefined.low) == (None, None, None)
    assert undefined.note == "one category only"
    partly = estimate("x", 0.5, Spread(note="3 workers are too few"))
    assert (partly.value, partly.se, partly.note) == (0.5, None, "3 workers are too few")
