"""Who is better, from comparisons of two: strengths with intervals over units and over workers.

The model and its prior stand in `analysis.aggregation.davidson`. Intervals are sandwiches with
clusters (Liang & Zeger, 1986), by Student's t with one degree of freedom less than clusters: the
judgements of one worker, or of one unit, are not independent. `both` adds the two covariances
without taking off what they share (Cameron, Gelbach & Miller, 2011, do): conservative.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtrit  # type: ignore[import-untyped]

from analysis.aggregation.comparisons import Comparisons, read_comparisons
from analysis.aggregation.davidson import Design, Fitted, design, fit
from analysis.arrays import Floats, Ints, incidence
from analysis.intervals import Spread, estimate
from analysis.resampling import KINDS, Plan, Units
from db.errors import UsageError
from db.records import Estimate, Over

LOGS = "log-odds against the mean of its component, higher is better"


@dataclass(frozen=True, eq=False)
class Strengths:
    """What M things are worth, from comparisons.

    `things`: indexed by `thing`, strongest first, with `strength` (log-odds against the mean of its
    component: 1 beats that e to 1), `wins`, `losses`, `ties` (int) and `component` (int from 1;
    strengths of different ones must not be compared); `estimates`: `strength` of each thing,
    `side` (log-odds of what is shown first) and `tie` (log ν: log-odds of a tie between equals
    against one of them winning), over units, workers and both; `history`: the log-posterior
    after each step, higher is better.
    """

    things: pd.DataFrame
    estimates: list[Estimate]
    history: tuple[float, ...]
    converged: bool
    excluded: dict[str, int]
    notes: tuple[str, ...] = ()
    method: str = "bradley_terry"


def bradley_terry(
    table: pd.DataFrame,
    *,
    side: bool = True,
    prior_sd: float = 3.0,
    tie: str = "tie",
    over: tuple[Over, ...] = KINDS,
    confidence: float = 0.95,
    persons_known: bool = True,
) -> Strengths:
    """Strengths of a table with the columns unit, worker, first, second, winner (any index).

    `prior_sd`: of the normal prior around 0 on every strength, the side term and log ν, on the
    log-odds scale (3: odds of e³ = 20 are one standard deviation away); `side`: whether being
    shown first may help; `tie`: the word for a tie. Intervals over workers need 10 known persons.
    """
    if not 0 < prior_sd < float("inf"):
        raise UsageError("prior_sd must be above 0 and finite")
    given = read_comparisons(table, tie)
    made = design(given, side)
    fitted = fit(made, prior_sd)
    plan = Plan(
        Units.single(int(given.unit.max()) + 1),
        int(given.worker.max()) + 1,
        persons_known,
        over,
        bootstrap=1,
        confidence=confidence,
    )
    things = _things(given, fitted)
    return Strengths(
        things=things.sort_values("strength", ascending=False, kind="stable"),
        estimates=[e for kind in plan.over for e in _estimates(given, made, fitted, plan, kind)],
        history=tuple(fitted.history),
        converged=fitted.converged,
        excluded=given.excluded,
        notes=_notes(given, things, side, fitted.converged),
    )


def covariance(fitted: Fitted, cluster: Ints) -> Floats:
    """The sandwich, shape (P, P): curvature⁻¹ · Σ over clusters of score·scoreᵀ · curvature⁻¹.

    `cluster`: int64, shape (C,), codes. Times G / (G − 1) for G clusters.
    """
    groups = int(cluster.max()) + 1
    gather = incidence(cluster, np.arange(len(cluster)), (groups, len(cluster)))
    sums = (gather @ fitted.scores).toarray()
    half = np.linalg.solve(fitted.curvature, sums.T)
    return np.asarray(half @ half.T * groups / (groups - 1))


def _estimates(
    given: Comparisons, made: Design, fitted: Fitted, plan: Plan, over: Over
) -> list[Estimate]:
    """Every parameter with its interval over this, or with the reason why there is none."""
    problem = plan.problem(over)
    clusters = {"units": [given.unit], "workers": [given.worker]}.get(
        over, [given.unit, given.worker]
    )
    half = np.full(len(fitted.parameters), np.nan)
    errors = half
    if not problem:
        errors = np.sqrt(np.diag(sum(covariance(fitted, c) for c in clusters)))
        fewest = min(int(c.max()) for c in clusters)
        half = errors * float(stdtrit(fewest, (1 + plan.confidence) / 2))
    names = [("strength", thing, LOGS) for thing in given.things]
    names += [("side", "", "log-odds, above 0: what is shown first wins more often")] * made.side
    names += [("tie", "", "log-odds of a tie between equals, against one winning")] * made.ties
    return [
        estimate(
            name,
            float(value),
            Spread(note=problem)
            if problem
            else Spread(float(e), float(value - h), float(value + h)),
            subject=subject,
            confidence=plan.confidence,
            over=over,
            scale=scale,
            method=f"Davidson's model with a normal prior; sandwich over {over}"
            + (" (conservative)" if over == "both" else ""),
            n_units=plan.units.n_drawn,
            n_workers=plan.n_workers,
            n_judgements=len(given.outcome),
        )
        for (name, subject, scale), value, e, h in zip(
            names, fitted.parameters, errors, half, strict=True
        )
    ]


def _things(given: Comparisons, fitted: Fitted) -> pd.DataFrame:
    """One row a thing, in order of names."""
    n = len(given.things)

    def times(outcome: int) -> Ints:
        """How often each thing was first with this outcome, or second with its opposite."""
        as_first = np.bincount(given.first[given.outcome == outcome], minlength=n)
        as_second = np.bincount(given.second[given.outcome == -outcome], minlength=n)
        return np.asarray(as_first + as_second, np.int64)

    return pd.DataFrame(
        {
            "strength": fitted.parameters[:n],
            "wins": times(1),
            "losses": times(-1),
            "ties": times(0),
            "component": given.components + 1,
        },
        index=pd.Index(given.things, name="thing"),
    )


def _notes(
    given: Comparisons, things: pd.DataFrame, side: bool, converged: bool
) -> tuple[str, ...]:
    """What must be known before strengths are compared."""
    notes = [] if converged else ["not converged"]
    parts = int(things["component"].max())
    if parts > 1:
        notes.append(
            f"comparisons fall into {parts} components that no chain of comparisons joins; "
            "strengths of different ones cannot be compared"
        )
    one_way = things[(things["wins"] == 0) | (things["losses"] == 0)]
    one_way = one_way[one_way["ties"] == 0]
    if len(one_way):
        listed = ", ".join(map(str, one_way.index[:5])) + (", …" if len(one_way) > 5 else "")
        notes.append(f"always won or always lost, so that only the prior bounds them: {listed}")
    shown = set(zip(given.first.tolist(), given.second.tolist(), strict=True))
    if side and not any((second, first) in shown for first, second in shown):
        notes.append("no two things were shown in both orders: side and strength are hard to tell")
    return tuple(notes)
