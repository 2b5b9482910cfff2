"""How often a consensus is right, where the truth is known."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.aggregation.base import Aggregation
from analysis.arrays import Floats
from analysis.intervals import estimate
from analysis.resampling import Plan, Units, Weights
from db.columns import GOLD, UNIT, require
from db.errors import Conflict
from db.records import Estimate


def gold_of(table: pd.DataFrame) -> dict[Any, Any]:
    """Unit → gold label, from the columns unit and gold; units without gold are left out.

    A unit with two different gold labels is a Conflict that names both.
    """
    require(table, [UNIT, GOLD], "a table with gold answers")
    pairs = table[[UNIT, GOLD]].dropna().drop_duplicates()
    twice = pairs[pairs[UNIT].duplicated(keep=False)]
    if len(twice):
        unit = twice[UNIT].iloc[0]
        labels = " and ".join(map(repr, twice[GOLD][twice[UNIT] == unit].tolist()))
        raise Conflict(f"unit {unit!r} has the gold answers {labels}; keep one")
    return dict(zip(pairs[UNIT].tolist(), pairs[GOLD].tolist(), strict=True))


def accuracy(
    result: Aggregation,
    gold: Mapping[Any, Hashable],
    *,
    bootstrap: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """The share of units with gold whose consensus is right; a tie counts 1/m for m tied labels.

    Range [0, 1], higher is better, with an interval over units. Undefined where no unit has gold.
    A gold label that nobody gave counts as wrong.
    """
    rows = np.array([i for i, unit in enumerate(result.units) if unit in gold], dtype=np.int64)
    right = _right(result, gold, rows)
    ties = int(result.tied[rows].sum()) if len(rows) else 0
    plan = Plan(Units.single(len(rows)), 0, False, ("units",), bootstrap, seed, confidence)

    def mean(drawn: Weights) -> Floats:
        return np.asarray(right @ drawn.units / drawn.units.sum(axis=0))

    return estimate(
        "accuracy",
        float(right.mean()) if len(rows) else float("nan"),
        plan.interval("units", mean, len(rows)),
        subject=result.method,
        confidence=confidence,
        over="units",
        scale="0 to 1, higher is better",
        method=f"ties split; {plan.method('units')}",
        n_units=len(rows),
        n_workers=len(result.workers),
        n_judgements=int(result.workers["judgements"].sum()),
        note=f"{ties} units tied" if len(rows) else "no unit has a gold answer",
    )


def _right(result: Aggregation, gold: Mapping[Any, Hashable], rows: np.ndarray) -> Floats:
    """1 for a right consensus, 1/m where the truth is one of m tied labels, else 0."""
    place = {label: k for k, label in enumerate(result.labels)}
    top, scores = result.top, np.zeros(len(rows))
    for i, row in enumerate(rows.tolist()):
        k = place.get(gold[result.units[row]])
        if k is not None and top[row, k]:
            scores[i] = 1 / top[row].sum()
    return scores
