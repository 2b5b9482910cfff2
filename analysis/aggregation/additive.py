"""Numbers from many hands: value = unit + bias of the worker + noise as large as the worker's.

y_uw = θ_u + b_w + e, with θ_u ~ N(μ, τ²) and e ~ N(0, σ_w²): the two-way layout of which Grubbs
(1948) estimates the precision of measuring instruments, with the workers as instruments. EM with θ
summed out; b, σ, μ and τ are estimated, so that units are means weighted by precision, shrunk
towards μ. Priors keep workers with few judgements in place, each worth `prior` judgements: σ_w² at
the mean variance within units, τ² at the variance of all values, b_w at 0.
"""

from __future__ import annotations

import logging
from typing import NamedTuple

import numpy as np

from analysis.arrays import Floats, divide, row_sums
from analysis.judgements import Judgements

log = logging.getLogger(__name__)


class Layout(NamedTuple):
    """Who judged what how: codes and values of the J judgements, and what stays fixed.

    `y`: float64, shape (J,); `within`, `overall`: variances at which the priors stand.
    """

    judged: Judgements
    y: Floats
    within: float
    overall: float
    prior: float


class Parameters(NamedTuple):
    """Mean and variance of units; bias and variance of noise of the workers, shape (W,) each."""

    mu: float
    tau2: float
    bias: Floats
    noise: Floats


class Units(NamedTuple):
    """Posterior mean and variance of θ, shape (U,) each, and the log-likelihood of all values."""

    mean: Floats
    variance: Floats
    log_likelihood: float


class Additive(NamedTuple):
    """Where EM ended: units, parameters and the objective after each iteration."""

    units: Units
    parameters: Parameters
    history: list[float]
    converged: bool


def layout(judged: Judgements, y: Floats, prior: float) -> Layout:
    """Fix the scales of the priors; `within` is NaN where no unit has two judgements."""
    n = len(judged.units)
    size = np.bincount(judged.unit, minlength=n)
    mean = row_sums(y, judged.unit, n) / size
    squares = float(((y - mean[judged.unit]) ** 2).sum())
    free = float((size - 1).sum())
    within = squares / free if free > 0 else float("nan")
    return Layout(judged, y, within, float(y.var()), prior)


def fit(given: Layout, max_iterations: int, tolerance: float) -> Additive:
    """EM until the penalised log-likelihood gains less than `tolerance` a judgement."""
    workers = len(given.judged.workers)
    now = Parameters(
        float(given.y.mean()), given.overall, np.zeros(workers), np.full(workers, given.within)
    )
    units = expect(given, now)
    history: list[float] = []
    converged = False
    while not converged and len(history) < max_iterations:
        now = maximise(given, now, units)
        units = expect(given, now)
        history.append(units.log_likelihood + penalty(given, now))
        log.debug("additive iteration %d: objective %.6f", len(history), history[-1])
        gain = history[-1] - history[-2] if len(history) > 1 else np.inf
        converged = bool(gain < tolerance * len(given.y))
    return Additive(units, now, history, converged)


def expect(given: Layout, now: Parameters) -> Units:
    """E-step. Residuals of a unit have covariance diag(σ²) + τ²: inverse and determinant in sums."""
    judged, n = given.judged, len(given.judged.units)
    weight = 1 / now.noise[judged.worker]
    off = given.y - now.mu - now.bias[judged.worker]
    precision = 1 / now.tau2 + row_sums(weight, judged.unit, n)
    shift = row_sums(weight * off, judged.unit, n) / precision
    squares = float((weight * off**2).sum() - (precision * shift**2).sum())
    logs = float(np.log(2 * np.pi / weight).sum() + np.log(now.tau2 * precision).sum())
    return Units(now.mu + shift, 1 / precision, -0.5 * (squares + logs))


def maximise(given: Layout, now: Parameters, units: Units) -> Parameters:
    """M-step: noise with the biases as they were, biases, then units; each step can only gain."""
    judged, n = given.judged, len(given.judged.workers)
    count = np.bincount(judged.worker, minlength=n)
    off = given.y - units.mean[judged.unit]
    squares = (off - now.bias[judged.worker]) ** 2 + units.variance[judged.unit]
    around = given.prior * given.within + row_sums(squares, judged.worker, n)
    noise = around / (given.prior + count)
    ridge = given.prior * noise / given.within
    bias = row_sums(off, judged.worker, n) / (count + ridge)
    mu = float(units.mean.mean())
    tau2 = given.prior * given.overall + ((units.mean - mu) ** 2 + units.variance).sum()
    # What all biases share could as well be in μ, where the prior on biases wants it.
    common = float(bias.mean())
    return Parameters(
        mu + common,
        float(tau2 / (given.prior + len(units.mean))),
        bias - common,
        noise,
    )


def penalty(given: Layout, now: Parameters) -> float:
    """Log of the priors, up to a constant: scaled inverse χ² for variances, normal for biases."""
    of_noise = np.log(now.noise) + given.within / now.noise + now.bias**2 / given.within
    of_units = np.log(now.tau2) + given.overall / now.tau2
    return -0.5 * given.prior * float(of_noise.sum() + of_units)


def variance_of(given: Layout, found: Additive) -> Floats:
    """Posterior variance of each unit, shape (U,), what is not known of the biases included.

    To first order, with the biases taken as independent of each other.
    """
    judged, now = given.judged, found.parameters
    count = np.bincount(judged.worker, minlength=len(judged.workers))
    of_bias = 1 / (count / now.noise + given.prior / given.within)
    share = found.units.variance[judged.unit] / now.noise[judged.worker]
    spread = row_sums(share**2 * of_bias[judged.worker], judged.unit, len(judged.units))
    return found.units.variance + spread


def bias_error(given: Layout, found: Additive) -> Floats:
    """Standard error of each worker's bias, shape (W,), the other workers taken as they are."""
    judged, now = given.judged, found.parameters
    own = now.noise[judged.worker] + found.units.variance[judged.unit]
    n = len(judged.workers)
    count = np.bincount(judged.worker, minlength=n).astype(np.float64)
    mean = divide(row_sums(own, judged.worker, n), count)
    return np.asarray(np.sqrt(1 / (count / mean + given.prior / given.within)))
