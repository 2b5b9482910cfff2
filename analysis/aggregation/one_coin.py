"""One-coin: every worker has one accuracy, and errs towards every other label alike.

Source: Dawid & Skene (1979) with confusions of one parameter, as in Zhang, Chen, Zhou & Jordan
(2016), "Spectral methods meet EM". Ours starts from the shares of the votes instead of spectral
estimates, and is smoothed: pseudo-counts make it a maximum a posteriori estimate, so that the
penalised log-likelihood never falls and no worker is infallible.
"""

from __future__ import annotations

import logging
from typing import NamedTuple

import numpy as np

from analysis.aggregation.base import Aggregation
from analysis.aggregation.evidence import Expected, expect
from analysis.aggregation.majority import vote_counts
from analysis.aggregation.workers import worker_table
from analysis.arrays import Floats, row_sums
from analysis.judgements import Judgements
from db.errors import UsageError
from db.words import counted

log = logging.getLogger(__name__)


class Coins(NamedTuple):
    """Class shares, shape (K,), and accuracies of the workers, shape (W,), strictly in (0, 1)."""

    shares: Floats
    accuracy: Floats


def one_coin(
    judged: Judgements,
    smoothing: float = 0.01,
    max_iterations: int = 500,
    tolerance: float = 1e-8,
) -> Aggregation:
    """EM from the shares of the votes, until the objective gains less than `tolerance` a judgement.

    `smoothing`: the pseudo-count, above 0, added to every worker's right and wrong answers and to
    every class. A worker's reliability is their accuracy, in (0, 1): below 1/K they would be
    more useful reversed. With one label only every unit has it.
    """
    if not smoothing > 0 or max_iterations < 1:
        raise UsageError("smoothing must be above 0, and max_iterations at least 1")
    votes = vote_counts(judged)
    posterior = votes / votes.sum(axis=1, keepdims=True)
    history: list[float] = []
    converged = False
    while not converged and len(history) < max_iterations:
        coins = _maximise(judged, posterior, smoothing)
        posterior, log_likelihood = _expect(judged, coins)
        history.append(log_likelihood + _penalty(coins, smoothing))
        log.debug("one_coin iteration %d: objective %.6f", len(history), history[-1])
        gain = history[-1] - history[-2] if len(history) > 1 else np.inf
        converged = bool(gain < tolerance * len(judged.unit))
    return Aggregation(
        method="one_coin",
        units=judged.units,
        labels=judged.values,
        posterior=posterior,
        workers=worker_table(judged, coins.accuracy[judged.worker], np.ones(len(judged.unit))),
        history=tuple(history),
        converged=converged,
        excluded=judged.excluded,
        notes=() if converged else (f"not converged after {counted(max_iterations, 'iteration')}",),
    )


def _maximise(judged: Judgements, posterior: Floats, smoothing: float) -> Coins:
    """M-step: smoothed shares of the classes, and of each worker's answers that are right."""
    n = len(judged.workers)
    right = row_sums(posterior[judged.unit, judged.code], judged.worker, n) + smoothing
    total = np.bincount(judged.worker, minlength=n) + 2 * smoothing
    shares = posterior.sum(axis=0) + smoothing
    return Coins(shares / shares.sum(), right / total)


def _expect(judged: Judgements, coins: Coins) -> Expected:
    """E-step: a wrong answer is any of the K − 1 other labels."""
    others = max(len(judged.values) - 1, 1)
    wrong = np.log1p(-coins.accuracy) - np.log(others)
    gain = np.log(coins.accuracy) - wrong
    return expect(judged, gain[judged.worker], wrong[judged.worker], np.log(coins.shares))


def _penalty(coins: Coins, smoothing: float) -> float:
    """Log of the Beta and Dirichlet priors that the pseudo-counts stand for, up to a constant."""
    spread = np.log(coins.accuracy).sum() + np.log1p(-coins.accuracy).sum()
    return smoothing * float(spread + np.log(coins.shares).sum())
