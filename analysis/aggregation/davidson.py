"""Strengths from comparisons: Bradley & Terry's model with Davidson's ties and a side term.

With d = λ_first − λ_second + δ: P(first wins) ∝ exp(d/2), P(second wins) ∝ exp(−d/2),
P(tie) ∝ ν. Sources: Bradley & Terry (1952); Davidson (1970) for ties in proportion to the
geometric mean of the strengths; Davidson & Beaver (1977) for the order of showing, which δ is here.
Ours has a normal prior around 0 on λ, δ and log ν, so that a thing that never lost has a strength
too. The log-posterior is concave, and Newton's steps find its one maximum.
"""

from __future__ import annotations

import logging
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse  # type: ignore[import-untyped]

from analysis.aggregation.comparisons import Comparisons
from analysis.arrays import Floats, incidence
from db.errors import UsageError

log = logging.getLogger(__name__)

MOST_THINGS = 2000
"""With more things than this the dense matrix of Newton's step is too large."""

Rows = Any
"""A sparse matrix, shape (C, P), one row a comparison and one column a parameter."""


class Design(NamedTuple):
    """What is estimated: M strengths, then δ if `side`, then log ν if `ties`; P in all.

    `of_d`, `of_tie`: sparse, shape (C, P), how d and log ν are made of the parameters; `outcome`:
    float64, shape (C,), ½, −½ or 0.
    """

    of_d: Rows
    of_tie: Rows
    outcome: Floats
    side: bool
    ties: bool


class Fitted(NamedTuple):
    """Parameters, shape (P,); `curvature`, shape (P, P), minus the Hessian of the log-posterior;
    `scores`: sparse, shape (C, P), the slope of each comparison's log-likelihood."""

    parameters: Floats
    curvature: Floats
    scores: Rows
    history: list[float]
    converged: bool


def design(given: Comparisons, side: bool) -> Design:
    """Without a tie in the data ν is 0 and is not estimated."""
    things, n = len(given.things), len(given.outcome)
    if things > MOST_THINGS:
        raise UsageError(f"{things} things are too many to compare (at most {MOST_THINGS})")
    ties = bool((given.outcome == 0).any())
    shape = n, things + side + ties
    row = np.arange(n)
    columns, values = [given.first, given.second], [np.ones(n), -np.ones(n)]
    if side:
        columns.append(np.full(n, things))
        values.append(np.ones(n))
    rows = np.tile(row, len(columns))
    of_d = incidence(rows, np.concatenate(columns), shape, np.concatenate(values))
    last = np.full(n, shape[1] - 1)
    of_tie = incidence(row, last, shape, np.full(n, float(ties)))
    return Design(of_d, of_tie, given.outcome / 2, side, ties)


def fit(made: Design, prior_sd: float, max_iterations: int = 100) -> Fitted:
    """Newton's steps, halved while they would lose, until one gains less than 1e-10."""
    parameters = np.zeros(made.of_d.shape[1])
    value = objective(made, parameters, prior_sd)
    history = [value]
    converged = False
    while not converged and len(history) <= max_iterations:
        curvature, scores = derivatives(made, parameters, prior_sd)
        slope = np.asarray(scores.sum(axis=0)).ravel() - parameters / prior_sd**2
        step = np.linalg.solve(curvature, slope)
        while (new := objective(made, parameters + step, prior_sd)) < value and step.any():
            step = np.where(np.abs(step) > 1e-15, step / 2, 0.0)
        parameters = parameters + step
        converged = new - value < 1e-10
        value = new
        history.append(value)
        log.debug("bradley_terry step %d: objective %.6f", len(history), value)
    return Fitted(parameters, *derivatives(made, parameters, prior_sd), history, converged)


def objective(made: Design, parameters: Floats, prior_sd: float) -> float:
    """Log-likelihood and log-prior, the latter up to a constant."""
    d, tie, log_total = _logs(made, parameters)
    won = made.outcome * d + (made.outcome == 0) * np.where(made.ties, tie, 0.0)
    return float((won - log_total).sum() - 0.5 * (parameters**2).sum() / prior_sd**2)


def derivatives(made: Design, parameters: Floats, prior_sd: float) -> tuple[Floats, Rows]:
    """Minus the Hessian of the log-posterior, and each comparison's slope."""
    d, tie, log_total = _logs(made, parameters)
    first, second = np.exp(d / 2 - log_total), np.exp(-d / 2 - log_total)
    tied = np.exp(tie - log_total)
    # The model is an exponential family: slopes and curvature are moments of the outcome.
    lead = (first - second) / 2
    by_d = made.outcome - lead
    by_tie = (made.outcome == 0) - tied
    scores = sparse.diags(by_d) @ made.of_d + sparse.diags(by_tie) @ made.of_tie
    both = made.of_d.T @ (sparse.diags(-lead * tied) @ made.of_tie)
    curvature = (
        made.of_d.T @ (sparse.diags((first + second) / 4 - lead**2) @ made.of_d)
        + made.of_tie.T @ (sparse.diags(tied * (1 - tied)) @ made.of_tie)
        + both
        + both.T
    ).toarray()
    return curvature + np.eye(len(parameters)) / prior_sd**2, scores


def _logs(made: Design, parameters: Floats) -> tuple[Floats, Floats, Floats]:
    """d, log ν (−∞ without ties) and the log of the total, shape (C,) each."""
    d = np.asarray(made.of_d @ parameters)
    tie = np.asarray(made.of_tie @ parameters) if made.ties else np.full(len(d), -np.inf)
    return d, tie, np.logaddexp(np.logaddexp(d / 2, -d / 2), tie)
