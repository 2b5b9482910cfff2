"""GLAD: workers have an ability and units a difficulty, and both decide who is right.

Source: Whitehill, Ruvolo, Wu, Bergsma & Movellan (2009), "Whose vote should count more". Worker w
is right on unit u with probability σ(α_w · exp(b_u)), else says any other label alike; α and b
have normal priors. Ours differs in that α and b are found by L-BFGS on the penalised marginal
likelihood itself, the truth summed out, which is where the paper's EM climbs step by step.
"""

from __future__ import annotations

import logging
from functools import partial

import numpy as np
from scipy.optimize import OptimizeResult, minimize  # type: ignore[import-untyped]
from scipy.special import expit  # type: ignore[import-untyped]

from analysis.aggregation.base import Aggregation
from analysis.aggregation.evidence import Expected, by_name, expect, softplus
from analysis.aggregation.workers import worker_table
from analysis.arrays import Floats, row_sums
from analysis.judgements import Judgements
from db.errors import UsageError
from db.words import counted

log = logging.getLogger(__name__)

PRIOR_MEAN = 1.0
"""Of α and of b. A usual worker on a usual unit of two labels is right with σ(e) = .94."""


def glad(
    judged: Judgements, prior_sd: float = 1.0, max_iterations: int = 1000, tolerance: float = 1e-9
) -> Aggregation:
    """The most probable abilities and difficulties, and the truth given those.

    `prior_sd`: of α and b around 1; `tolerance`: a step that gains less than this share of the
    objective is the last. Classes are equally probable beforehand. The table of workers has the column `ability`, α: 0 guesses
    among two labels, below 0 errs on purpose. `reliability` is the mean probability of being right
    on the units that the worker judged. `about_units` has `difficulty`, exp(−b), above 0: higher
    is harder. With few judgements a worker or a unit, both stay close to their priors.
    """
    if not prior_sd > 0 or max_iterations < 1:
        raise UsageError("prior_sd must be above 0, and max_iterations at least 1")
    judged = by_name(judged)
    history: list[float] = []

    def note(intermediate_result: OptimizeResult) -> None:
        history.append(-float(intermediate_result.fun))
        log.debug("glad iteration %d: objective %.6f", len(history), history[-1])

    workers = len(judged.workers)
    found = minimize(
        partial(_descend, judged, prior_sd),
        np.full(workers + len(judged.units), PRIOR_MEAN),
        jac=True,
        method="L-BFGS-B",
        callback=note,
        options={"maxiter": max_iterations, "ftol": tolerance, "gtol": 1e-9, "maxfun": 10**6},
    )
    logit = _logits(judged, found.x)
    # A line search that finds no higher point stands where floats can go no further.
    converged = bool(found.success or found.status == 2)
    table = worker_table(judged, expit(logit), np.ones(len(logit)))
    return Aggregation(
        method="glad",
        units=judged.units,
        labels=judged.values,
        posterior=_expect(judged, logit).posterior,
        workers=table.assign(ability=found.x[:workers]),
        history=tuple(history),
        converged=converged,
        excluded=judged.excluded,
        notes=() if converged else (f"not converged after {counted(max_iterations, 'iteration')}",),
        about_units={"difficulty": np.exp(-found.x[workers:])},
    )


def _logits(judged: Judgements, x: Floats) -> Floats:
    """α_w · exp(b_u) of each judgement, shape (J,)."""
    ability, ease = np.split(x, [len(judged.workers)])
    return np.asarray(ability[judged.worker] * np.exp(ease)[judged.unit])


def _expect(judged: Judgements, logit: Floats) -> Expected:
    """Posterior of the truth, with log σ(x) = −log(1 + exp(−x))."""
    labels = len(judged.values)
    others = np.log(max(labels - 1, 1))
    wrong = -softplus(logit) - others
    return expect(judged, logit + others, wrong, np.full(labels, -np.log(labels)))


def _descend(judged: Judgements, prior_sd: float, x: Floats) -> tuple[float, Floats]:
    """Minus the objective, and its gradient: Fisher's identity, expectations under the truth."""
    logit = _logits(judged, x)
    posterior, log_likelihood = _expect(judged, logit)
    slope = posterior[judged.unit, judged.code] - expit(logit)
    workers, units = len(judged.workers), len(judged.units)
    ability, ease = np.split(x, [workers])
    by_ability = row_sums(slope * np.exp(ease)[judged.unit], judged.worker, workers)
    by_ease = row_sums(slope * logit, judged.unit, units)
    off = (x - PRIOR_MEAN) / prior_sd
    gradient = np.concatenate([by_ability, by_ease]) - off / prior_sd
    return -(log_likelihood - 0.5 * float(off @ off)), -gradient
