"""MACE: on each unit a worker either knows the answer or spams, each in their own way.

Source: Hovy, Berg-Kirkpatrick, Vaswani & Hovy (2013), "Learning whom to trust with MACE", with
variational Bayes: competence θ ~ Beta(½, ½), strategy ξ ~ Dirichlet(10, …, 10), truth uniform.
Ours differs in that it logs the whole evidence lower bound, priors included, stops when the bound
does, and keeps the restart with the highest bound (not the highest likelihood after 50 steps).
"""

from __future__ import annotations

import logging
from typing import NamedTuple

import numpy as np
from scipy.special import expit, gammaln, psi  # type: ignore[import-untyped]

from analysis.aggregation.base import Aggregation
from analysis.aggregation.evidence import Expected, by_name, expect, softplus
from analysis.aggregation.workers import worker_table
from analysis.arrays import Floats, row_sums
from analysis.judgements import Judgements
from db.errors import UsageError
from db.words import counted

log = logging.getLogger(__name__)


class Beliefs(NamedTuple):
    """Pseudo-counts of the Beta (knows, spams), shape (W, 2), and Dirichlet posteriors, (W, K)."""

    knows: Floats
    strategy: Floats


class Logs(NamedTuple):
    """Expected logs of θ and 1 − θ, shape (W, 2), and of ξ, shape (W, K)."""

    knows: Floats
    strategy: Floats


class Fit(NamedTuple):
    """One restart: where it ended, and the bound after each iteration."""

    beliefs: Beliefs
    posterior: Floats
    history: list[float]
    converged: bool


def mace(
    judged: Judgements,
    competence_prior: float = 0.5,
    strategy_prior: float = 10.0,
    restarts: int = 10,
    max_iterations: int = 500,
    tolerance: float = 1e-7,
    seed: int = 0,
) -> Aggregation:
    """Coordinate ascent of the bound from random starts; the best restart stays.

    `competence_prior`, `strategy_prior`: pseudo-counts of the Beta and of each label. An iteration
    that gains less than `tolerance` a judgement ends a restart. A worker's reliability is the
    posterior mean of their competence θ, the share of units where they know: in (0, 1). Somebody
    who guesses has about 0 whatever their accuracy, and nobody counts against their own answers.
    """
    if not competence_prior > 0 or not strategy_prior > 0:
        raise UsageError("competence_prior and strategy_prior must be above 0")
    if restarts < 1 or max_iterations < 1:
        raise UsageError("restarts and max_iterations must be at least 1")
    judged = by_name(judged)
    prior = _prior(judged, competence_prior, strategy_prior)
    rng = np.random.default_rng(seed)
    starts = [_start(prior, rng) for _ in range(restarts)]
    fits = (_ascend(judged, prior, start, max_iterations, tolerance) for start in starts)
    best = max(fits, key=lambda fit: fit.history[-1])
    competence = best.beliefs.knows[:, 0] / best.beliefs.knows.sum(axis=1)
    return Aggregation(
        method="mace",
        units=judged.units,
        labels=judged.values,
        posterior=best.posterior,
        workers=worker_table(judged, competence[judged.worker], np.ones(len(judged.unit))),
        history=tuple(best.history),
        converged=best.converged,
        excluded=judged.excluded,
        notes=()
        if best.converged
        else (f"not converged after {counted(max_iterations, 'iteration')}",),
    )


def _prior(judged: Judgements, competence: float, strategy: float) -> Beliefs:
    shape = len(judged.workers), len(judged.values)
    return Beliefs(np.full((shape[0], 2), competence), np.full(shape, strategy))


def _start(prior: Beliefs, rng: np.random.Generator) -> Logs:
    """Random shares, none far from even: a worker of each, in the order of names."""
    knows, strategy = (rng.uniform(1.0, 2.5, part.shape) for part in prior)
    return Logs(
        np.log(knows / knows.sum(axis=1, keepdims=True)),
        np.log(strategy / strategy.sum(axis=1, keepdims=True)),
    )


def _ascend(
    judged: Judgements, prior: Beliefs, logs: Logs, max_iterations: int, tolerance: float
) -> Fit:
    """Posteriors and beliefs in turn; the bound is taken after each new posterior."""
    expected = _expect(judged, logs)
    history: list[float] = []
    converged = False
    while not converged and len(history) < max_iterations:
        beliefs = _believe(judged, prior, logs, expected.posterior)
        logs = Logs(_expected_log(beliefs.knows), _expected_log(beliefs.strategy))
        expected = _expect(judged, logs)
        history.append(expected.log_likelihood - _divergence(beliefs, prior))
        log.debug("mace iteration %d: bound %.6f", len(history), history[-1])
        gain = history[-1] - history[-2] if len(history) > 1 else np.inf
        converged = bool(gain < tolerance * len(judged.unit))
    return Fit(beliefs, expected.posterior, history, converged)


def _odds(judged: Judgements, logs: Logs) -> tuple[Floats, Floats]:
    """Of each judgement, shape (J,): log-odds of knowing over spamming its label, and the latter."""
    spammed = logs.knows[judged.worker, 1] + logs.strategy[judged.worker, judged.code]
    return logs.knows[judged.worker, 0] - spammed, spammed


def _expect(judged: Judgements, logs: Logs) -> Expected:
    """A right answer was known or happened to be spammed; a wrong one was spammed."""
    odds, spammed = _odds(judged, logs)
    labels = len(judged.values)
    return expect(judged, softplus(odds), spammed, np.full(labels, -np.log(labels)))


def _believe(judged: Judgements, prior: Beliefs, logs: Logs, posterior: Floats) -> Beliefs:
    """Expected counts of what was known and of what was spammed, on top of the prior."""
    odds, _ = _odds(judged, logs)
    workers, labels = prior.strategy.shape
    known = posterior[judged.unit, judged.code] * expit(odds)
    knows = row_sums(known, judged.worker, workers)
    spams = row_sums(1 - known, judged.worker * labels + judged.code, workers * labels)
    spams = spams.reshape(workers, labels)
    return Beliefs(
        prior.knows + np.stack([knows, spams.sum(axis=1)], axis=1), prior.strategy + spams
    )


def _expected_log(counts: Floats) -> Floats:
    return np.asarray(psi(counts) - psi(counts.sum(axis=1, keepdims=True)))


def _divergence(beliefs: Beliefs, prior: Beliefs) -> float:
    """Kullback–Leibler divergence of the beliefs from the prior, summed over workers."""
    return sum(_dirichlet(q, p) for q, p in zip(beliefs, prior, strict=True))


def _dirichlet(q: Floats, p: Floats) -> float:
    """KL(Dirichlet(q) ‖ Dirichlet(p)), row by row, summed."""
    normaliser = gammaln(q.sum(axis=1)) - gammaln(p.sum(axis=1))
    cells = gammaln(p) - gammaln(q) + (q - p) * _expected_log(q)
    return float(normaliser.sum() + cells.sum())
