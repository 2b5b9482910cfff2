"""Means of numbers: the likelihood another way, known workers found, and degenerate tables."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from analysis.aggregation.additive import Parameters, expect, layout
from analysis.aggregation.aggregate import mean_of
from analysis.aggregation.interval_mean import interval_mean
from analysis.judgements import read
from db.errors import DataError, UsageError
from tests.analysis.support import judgements, random_table


def measured(seed: int, units: int = 400) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Twenty-five workers with biases that sum to 0 and noise of .2 to 1.5: table, θ, biases."""
    rng = np.random.default_rng(seed)
    theta, bias = rng.normal(3, 1, units), rng.normal(0, 0.5, 25)
    bias -= bias.mean()
    noise = rng.uniform(0.2, 1.5, 25)
    rows = [
        (u, int(w), theta[u] + bias[w] + noise[w] * rng.normal())
        for u in range(units)
        for w in rng.choice(25, size=5, replace=False)
    ]
    return pd.DataFrame(rows, columns=["unit", "worker", "value"]), theta, bias


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_the_likelihood_is_that_of_a_multivariate_normal(seed: int) -> None:
    rng = np.random.default_rng(seed)
    judged = read(random_table(rng, 8, 5, 4))
    y = np.array(judged.values, float)[judged.code]
    workers = len(judged.workers)
    now = Parameters(1.3, 0.7, rng.normal(size=workers), rng.uniform(0.2, 2, workers))
    found = expect(layout(judged, y, 1.0), now)
    total = 0.0
    for u in range(len(judged.units)):
        own = judged.unit == u
        w = judged.worker[own]
        spread = np.diag(now.noise[w]) + now.tau2
        total += multivariate_normal.logpdf(y[own], now.mu + now.bias[w], spread)
        # The conditional mean of a normal: μ + τ² 1ᵀ Σ⁻¹ (y − μ − b).
        lift = now.tau2 * np.linalg.solve(spread, y[own] - now.mu - now.bias[w]).sum()
        assert found.mean[u] == pytest.approx(now.mu + lift)
    assert found.log_likelihood == pytest.approx(total)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.1, 1.0, 5.0]))
def test_the_objective_never_falls(seed: int, prior: float) -> None:
    table = random_table(np.random.default_rng(seed), 20, 6, 5)
    history = np.array(mean_of(table, prior=prior).history)
    assert (np.diff(history) >= -1e-9 * np.abs(history[:-1])).all()


def test_known_workers_are_found_and_means_gain_on_plain_ones() -> None:
    table, theta, bias = measured(0)
    result = mean_of(table)
    assert result.converged
    found = result.units.loc[range(400)]
    plain = table.groupby("unit")["value"].mean().loc[range(400)]
    error = float(((found["mean"] - theta) ** 2).mean())
    assert error < 0.6 * float(((plain - theta) ** 2).mean())
    workers = result.workers.loc[range(25)]
    assert np.corrcoef(workers["bias"].astype(float), bias)[0, 1] > 0.95
    covered = (np.abs(found["mean"] - theta) < 1.96 * found["sd"]).mean()
    assert 0.91 < covered < 0.98


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.5, 20), st.floats(-50, 50))
def test_another_scale_changes_numbers_and_nothing_else(
    seed: int, unit: float, zero: float
) -> None:
    table = random_table(np.random.default_rng(seed), 15, 5, 5).assign(
        value=lambda t: t["value"].astype(float)
    )
    first = mean_of(table, tolerance=1e-13)
    second = mean_of(table.assign(value=zero + unit * table["value"]), tolerance=1e-13)
    np.testing.assert_allclose(second.units["mean"], zero + unit * first.units["mean"], rtol=1e-5)
    if first.history:
        ours = first.workers["reliability"].astype(float)
        np.testing.assert_allclose(ours, second.workers["reliability"].astype(float), atol=1e-4)


def test_where_nobody_differs_means_are_certain_and_workers_unknown() -> None:
    result = mean_of(judgements("a x 1\na y 1\nb x 3\nb y 3"))
    assert result.units["mean"].tolist() == [1.0, 3.0]
    assert result.units["sd"].tolist() == [0.0, 0.0]
    assert result.workers["bias"].isna().all()
    assert "never differ" in result.notes[0]


def test_with_one_judgement_a_unit_no_sd_is_defined() -> None:
    result = mean_of(judgements("a x 1\nb y 3"))
    assert result.units["mean"].tolist() == [1.0, 3.0]
    assert result.units["sd"].isna().all()
    assert "no unit has two judgements" in result.notes[0]


@pytest.mark.parametrize("values", ["a x good\na y bad", "a x inf\na y 1"])
def test_what_is_no_finite_number_is_refused(values: str) -> None:
    with pytest.raises(DataError, match="numbers"):
        mean_of(judgements(values))


def test_a_prior_of_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="prior must be above 0"):
        interval_mean(read(judgements("a x 1")), prior=0)
