"""Mutual information against closed forms, quadrature and what cannot be estimated."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

from analysis.information.mixture import MixtureSettings, PairMixture, fit_pair, pointwise
from analysis.information.mutual import information_of_features, mutual_information
from analysis.information.neighbours import neighbour_information
from db.errors import DataError, UsageError

ONE = MixtureSettings(components=(1, 1), reg_covar=1e-9, restarts=1)
FEW = MixtureSettings(components=(1, 3), restarts=1)


def bivariate(rho: float, n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x, noise = rng.normal(size=(2, n))
    return x, rho * x + math.sqrt(1 - rho**2) * noise


@pytest.mark.parametrize("rho", [0.0, 0.3, -0.6, 0.9])
def test_a_bivariate_gaussian_has_its_closed_form(rho: float) -> None:
    # I = −½ log(1 − ρ²): 0, .047, .223, .830 nats; six standard errors of 4,000 draws of the terms.
    x, y = bivariate(rho, 4000)
    exact = -0.5 * math.log(1 - rho**2)
    found = mutual_information(x, y, FEW, bootstrap=0)
    assert found.value == pytest.approx(exact, abs=0.015 + 6 * abs(rho) / math.sqrt(4000))
    beside = neighbour_information(x, y)
    assert beside.value == pytest.approx(exact, abs=0.08)


def test_one_component_is_the_formula_of_the_sample_correlation() -> None:
    # With one Gaussian and sample moments the quadratic forms average 2, 1 and 1, and cancel.
    x, y = bivariate(0.7, 50, seed=3)
    r = stats.pearsonr(x, y).statistic
    found = mutual_information(x, y, ONE, bootstrap=0)
    assert found.value == pytest.approx(-0.5 * math.log(1 - r**2), abs=1e-6)


def test_terms_average_to_the_integral_of_the_mixture() -> None:
    # The integral of p(x, y) log(p(x, y) / p(x)p(y)) on a grid, densities by scipy.
    mixture = PairMixture(
        np.array([0.4, 0.6]),
        np.array([[-1.0, -1.0], [1.0, 0.5]]),
        np.array([[[0.5, 0.2], [0.2, 0.4]], [[0.6, -0.3], [-0.3, 0.9]]]),
        bic=np.zeros(1),
        converged=True,
    )
    axis = np.linspace(-7, 7, 281)
    grid = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1)
    parts = zip(mixture.weights, mixture.means, mixture.covariances, strict=True)
    joint = sum(w * stats.multivariate_normal(m, c).pdf(grid) for w, m, c in parts)
    first = integrate.simpson(joint, x=axis, axis=1)
    second = integrate.simpson(joint, x=axis, axis=0)
    inner = joint * (np.log(joint) - np.log(first)[:, None] - np.log(second)[None, :])
    exact = integrate.simpson(integrate.simpson(inner, x=axis, axis=1), x=axis)
    rng = np.random.default_rng(0)
    chosen = rng.choice(2, 60_000, p=mixture.weights)
    roots = np.linalg.cholesky(mixture.covariances)[chosen]
    draws = mixture.means[chosen] + np.einsum("nij,nj->ni", roots, rng.normal(size=(60_000, 2)))
    terms = pointwise(mixture, draws)
    assert terms.mean() == pytest.approx(exact, abs=5 * terms.std() / math.sqrt(60_000))


def test_two_clouds_say_almost_one_bit() -> None:
    # Far clouds at (−, −) and (+, +): knowing the side of x tells that of y: log 2 = .693 nats.
    rng = np.random.default_rng(1)
    side = rng.integers(0, 2, 1000) * 20.0
    x, y = side + rng.normal(size=(2, 1000))
    assert mutual_information(x, y, FEW, bootstrap=0).value == pytest.approx(math.log(2), abs=0.02)


def test_what_a_correlation_misses_is_found() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=1500)
    y = x**2 + 0.1 * rng.normal(size=1500)
    assert abs(np.corrcoef(x, y)[0, 1]) < 0.15
    found = mutual_information(x, y, MixtureSettings(restarts=1), bootstrap=0)
    assert found.value is not None and found.value > 0.8


@settings(max_examples=8, deadline=None)
@given(st.floats(-50, 50), st.floats(0.01, 100), st.sampled_from([-1.0, 1.0]), st.integers(0, 1000))
def test_shifts_scales_and_exchange_change_nothing(
    shift: float, scale: float, sign: float, seed: int
) -> None:
    x, y = bivariate(0.5, 120, seed)
    plain = mutual_information(x, y, ONE, bootstrap=0).value
    moved = mutual_information(sign * scale * x + shift, y / scale, ONE, bootstrap=0).value
    turned = mutual_information(y, x, ONE, bootstrap=0).value
    assert moved == pytest.approx(plain, abs=1e-8)
    assert turned == pytest.approx(plain, abs=1e-8)


def test_shifts_and_scales_change_nothing_of_several_components() -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=300)
    y = np.abs(x) + 0.2 * rng.normal(size=300)
    plain = mutual_information(x, y, FEW, bootstrap=0).value
    moved = mutual_information(1000 + 40 * x, 3 * y - 7, FEW, bootstrap=0).value
    assert moved == pytest.approx(plain, abs=1e-6)


def test_the_interval_is_over_instances_and_repeats_itself() -> None:
    x, y = bivariate(0.6, 400)
    found = mutual_information(x, y, FEW)
    assert found.over == "units" and found.n_units == 400
    assert found.low is not None and found.high is not None and found.value is not None
    assert found.low < found.value < found.high
    terms_se = found.se
    fitted = np.column_stack([(x - x.mean()) / x.std(), (y - y.mean()) / y.std()])
    terms = pointwise(fit_pair(fitted, FEW), fitted)
    assert terms_se == pytest.approx(terms.std(ddof=1) / math.sqrt(400), rel=0.1)
    assert mutual_information(x, y, FEW) == found


def test_the_choices_stand_in_the_result() -> None:
    x, y = bivariate(0.6, 100)
    found = mutual_information(x, y, FEW, output="logit", bootstrap=10)
    for part in ("logit", "1 to 3 components", "reg_covar 0.001", "1 restarts", "mixture fixed"):
        assert part in found.method


@pytest.mark.parametrize("estimator", [mutual_information, neighbour_information])
def test_what_cannot_be_estimated_is_none_with_the_reason(estimator) -> None:
    rising = np.arange(20.0)
    constant = estimator(np.full(20, 3.3), rising)
    assert constant.value is None and "feature is the same" in constant.note
    constant = estimator(rising, np.full(20, 0.1))
    assert constant.value is None and "output is the same" in constant.note
    few = estimator(rising[:5], rising[:5])
    assert few.value is None and "too few" in few.note
    with pytest.raises(DataError, match="one length"):
        estimator(rising, rising[:-1])
    with pytest.raises(DataError, match="feature is missing or infinite in 1 of 20"):
        estimator(np.append(rising[:-1], np.nan), rising)


def test_columns_that_determine_each_other_are_said_to_depend_on_reg_covar() -> None:
    x = np.random.default_rng(0).normal(size=200)
    found = mutual_information(x, 2 * x + 1, FEW, bootstrap=0)
    assert "reg_covar sets the number" in found.note
    looser = mutual_information(
        x, 2 * x + 1, MixtureSettings((1, 3), reg_covar=0.1, restarts=1), bootstrap=0
    )
    assert found.value is not None and looser.value is not None and found.value > looser.value


def test_a_column_of_two_values_is_said_to_be_tied() -> None:
    rng = np.random.default_rng(0)
    found = mutual_information(rng.integers(0, 2, 60), rng.normal(size=60), FEW, bootstrap=0)
    assert "100% of the feature's values are tied" in found.note


def test_settings_that_make_no_sense_are_refused() -> None:
    for wrong in ({"components": (0, 2)}, {"components": (3, 2)}, {"restarts": 0}):
        with pytest.raises(UsageError):
            MixtureSettings(**wrong)
    with pytest.raises(UsageError):
        MixtureSettings(reg_covar=0.0)
    with pytest.raises(UsageError):
        neighbour_information(np.arange(20.0), np.arange(20.0), neighbours=0)
    few = neighbour_information(np.arange(12.0), np.arange(12.0), neighbours=12)
    assert few.value is None and "fewer than 12 neighbours" in few.note


def test_petals_tell_more_than_sepals_of_the_probability_of_an_iris() -> None:
    data = load_iris()
    model = LogisticRegression(max_iter=1000).fit(data.data, data.target)
    probabilities = model.predict_proba(data.data)[:, [0, 2]]
    table = information_of_features(
        data.data, probabilities, data.feature_names, ["setosa", "virginica"], FEW, bootstrap=0
    )
    assert [row.subject for row in table][:2] == [
        "sepal length (cm) → setosa",
        "sepal width (cm) → setosa",
    ]
    for values in np.array([row.value for row in table]).reshape(2, 4):
        assert values[2:].min() > values[:2].max()
    with pytest.raises(DataError, match="3 names for features"):
        information_of_features(data.data, probabilities, ["a", "b", "c"], ["s", "v"])
