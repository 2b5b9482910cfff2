"""Means over instances with their intervals: many scores under one plan of resampling."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from analysis.arrays import Floats, divide
from analysis.intervals import estimate
from analysis.resampling import Plan, Units, Weights
from db.records import Estimate

UNDEFINED = "no instance has this score"


def plan_of(n: int, bootstrap: int, seed: int, confidence: float) -> Plan:
    """Instances drawn again, each on its own."""
    return Plan(Units.single(n, "instances"), 0, False, ("units",), bootstrap, seed, confidence)


def means(
    plan: Plan, scores: Mapping[str, Floats], scales: Mapping[str, str], subject: str
) -> list[Estimate]:
    """One Estimate a score, shape (n,), over the instances that have it (not NaN).

    Undefined where no instance has it. All scores of a plan meet the same draws.
    """
    table = np.stack(list(scores.values()))  # (scores, n): a score is never sparse
    there = np.isfinite(table)
    values, counts = np.where(there, table, 0.0), there.astype(np.float64)

    def mean(drawn: Weights) -> Floats:
        return divide(values @ drawn.units, counts @ drawn.units)

    once = mean(plan.once)[:, 0]
    spreads = plan.intervals("units", mean, table.shape[1], len(table))
    made = []
    for name, value, spread, n in zip(scores, once, spreads, there.sum(axis=1), strict=True):
        shared = {"scale": scales[name], "subject": subject, "n_units": int(n)}
        note = UNDEFINED if n == 0 else ""
        drawn = {"over": None if spread.low is None else "units", "method": plan.method("units")}
        confidence = {"confidence": plan.confidence, "note": note}
        made.append(estimate(name, float(value), spread, **shared, **drawn, **confidence))
    return made
