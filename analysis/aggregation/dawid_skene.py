"""Dawid–Skene: every worker has a confusion matrix, learnt together with the truth.

Source: Dawid & Skene (1979), "Maximum likelihood estimation of observer error-rates using the EM
algorithm". Ours is sparse (a million judgements take well under a second an iteration) and
smoothed: pseudo-counts are added to every confusion and to the class shares, which makes it a
maximum a posteriori estimate whose penalised log-likelihood never falls.
"""

from __future__ import annotations

import logging
from typing import NamedTuple

import numpy as np

from analysis.aggregation.base import Aggregation
from analysis.aggregation.evidence import Expected, normalise
from analysis.aggregation.majority import vote_counts
from analysis.aggregation.workers import reliability_table
from analysis.arrays import Floats, Sparse, incidence
from analysis.judgements import Judgements
from db.errors import UsageError
from db.words import counted

log = logging.getLogger(__name__)


class Model(NamedTuple):
    """Class shares, shape (K,), and confusions, shape (W, K answered, K true): sums 1 over axis 1."""

    shares: Floats
    confusion: Floats


def dawid_skene(
    judged: Judgements,
    smoothing: float = 0.01,
    max_iterations: int = 500,
    tolerance: float = 1e-8,
) -> Aggregation:
    """EM from the shares of the votes, until the objective gains less than `tolerance` a judgement.

    `smoothing`: the pseudo-count added to every cell of a confusion matrix and to every class;
    0 is maximum likelihood. A worker's reliability is the probability of a right answer under the
    estimated class shares. `confusion` in the result is indexed [worker, truth, answer].
    """
    if smoothing < 0 or max_iterations < 1:
        raise UsageError("smoothing must be 0 or more, and max_iterations at least 1")
    labels, workers = len(judged.values), len(judged.workers)
    answers = judged.worker * labels + judged.code
    by_unit = incidence(judged.unit, answers, (len(judged.units), workers * labels))
    by_answer = by_unit.T
    posterior = vote_counts(judged) / np.bincount(judged.unit)[:, None]
    history: list[float] = []
    converged = False
    while not converged and len(history) < max_iterations:
        model = maximise(by_answer, posterior, workers, smoothing)
        posterior, log_likelihood = expect(by_unit, model)
        history.append(log_likelihood + penalty(model, smoothing))
        log.debug("dawid_skene iteration %d: objective %.6f", len(history), history[-1])
        gain = history[-1] - history[-2] if len(history) > 1 else np.inf
        converged = bool(gain < tolerance * len(judged.unit))
    right = np.einsum("wkk,k->w", model.confusion, model.shares)
    notes = () if converged else (f"not converged after {counted(max_iterations, 'iteration')}",)
    return Aggregation(
        method="dawid_skene",
        units=judged.units,
        labels=judged.values,
        posterior=posterior,
        workers=reliability_table(judged, right),
        history=tuple(history),
        converged=converged,
        excluded=judged.excluded,
        notes=notes,
        confusion=np.ascontiguousarray(model.confusion.transpose(0, 2, 1)),
    )


def maximise(by_answer: Sparse, posterior: Floats, workers: int, smoothing: float) -> Model:
    """M-step: smoothed shares of the answers that each worker gives to each true class."""
    labels = posterior.shape[1]
    counts = (by_answer @ posterior).reshape(workers, labels, labels) + smoothing
    total = counts.sum(axis=1, keepdims=True)
    # A class that no unit of the worker belongs to says nothing of them: any distribution fits.
    confusion = np.divide(counts, total, out=np.full_like(counts, 1 / labels), where=total > 0)
    shares = posterior.sum(axis=0) + smoothing
    return Model(shares / shares.sum(), confusion)


def expect(by_unit: Sparse, model: Model) -> Expected:
    """E-step: posterior of the true class, in logs, so that many judgements do not underflow."""
    labels = len(model.shares)
    with np.errstate(divide="ignore"):
        answers = np.log(model.confusion).reshape(-1, labels)
        return normalise(by_unit @ answers + np.log(model.shares))


def penalty(model: Model, smoothing: float) -> float:
    """Log of the Dirichlet priors that the pseudo-counts stand for, up to a constant."""
    if smoothing == 0:
        return 0.0
    return smoothing * float(np.log(model.confusion).sum() + np.log(model.shares).sum())
