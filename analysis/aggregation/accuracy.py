"""How often a consensus is right, where the truth is known."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.aggregation.base import Aggregation
from analysis.arrays import Floats, Ints
from analysis.intervals import estimate
from analysis.resampling import Plan, Units, Weights
from db.columns import GOLD, UNIT, require
from db.errors import Conflict
from db.records import Estimate
from db.words import counted, shown

NEVER_GIVEN, NO_GOLD = -1, -2
"""Instead of the code of a gold label: one that no worker gave, and none at all."""


def gold_of(table: pd.DataFrame) -> dict[Any, Any]:
    """Unit → gold label, from the columns unit and gold; units without gold are left out.

    A unit with two different gold labels is a Conflict that names both.
    """
    require(table, [UNIT, GOLD], "a table with gold answers")
    pairs = table[[UNIT, GOLD]].dropna().drop_duplicates()
    twice = pairs[pairs[UNIT].duplicated(keep=False)]
    if len(twice):
        unit = twice[UNIT].iloc[0]
        labels = " and ".join(map(shown, twice[GOLD][twice[UNIT] == unit].tolist()))
        raise Conflict(f"unit {shown(unit)} has the gold answers {labels}; keep one")
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
    truth = truth_of(result, gold)
    rows = np.flatnonzero(truth != NO_GOLD)
    right = right_share(result, truth[rows], rows)
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
        note=f"{counted(ties, 'unit')} tied" if len(rows) else "no unit has a gold answer",
    )


def truth_of(result: Aggregation, gold: Mapping[Any, Hashable]) -> Ints:
    """The code of each unit's gold label, int64, shape (U,); NEVER_GIVEN or NO_GOLD without one."""
    place = {label: k for k, label in enumerate(result.labels)}
    codes = {unit: place.get(label, NEVER_GIVEN) for unit, label in gold.items()}
    return np.array([codes.get(unit, NO_GOLD) for unit in result.units], dtype=np.int64)


def never_given(result: Aggregation, gold: Mapping[Any, Hashable]) -> tuple[str, ...]:
    """A note on gold labels that nobody gave, up to three by name; none where all were given."""
    labels = set(result.labels)
    asked = set(result.units)
    lost = [label for unit, label in gold.items() if unit in asked and label not in labels]
    if not lost:
        return ()
    names = list(dict.fromkeys(map(shown, lost)))
    more = ", …" if len(names) > 3 else ""
    count = "which counts as wrong" if len(lost) == 1 else "which count as wrong"
    told = f"{len(lost)} of {counted(len(gold), 'unit')}, {count}: {', '.join(names[:3])}{more}"
    return (f"nobody ever gave the known answer of {told}",)


def right_share(result: Aggregation, truth: Ints, rows: Ints) -> Floats:
    """1 for a right consensus, 1/m where the truth is one of m tied labels, else 0.

    `truth`: codes, shape (n,), of the units at `rows`.
    """
    top = result.top[rows]
    hit = top[np.arange(len(rows)), np.maximum(truth, 0)] & (truth >= 0)
    return np.asarray(hit / top.sum(axis=1))
