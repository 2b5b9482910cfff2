"""Percent agreement and prevalence: what every coefficient is read beside."""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis.agreement.pairable import Pairable
from analysis.arrays import Floats
from analysis.intervals import estimate
from analysis.resampling import Plan, Weights
from db.records import Estimate

MOST_VALUES = 20
"""With more values than this, only the most frequent one is listed."""


def percent_agreement(data: Pairable, plan: Plan, counts: dict[str, Any]) -> Estimate:
    """The share of equal pairs within a unit, averaged over units: [0, 1], higher is better.

    Nothing is taken off for chance: with one value in nearly all judgements it is high whatever
    people do. `plan` draws the patterns of `data`.
    """
    cells = data.patterns
    total = cells.by_unit(cells.count)
    agreeing = cells.by_unit(cells.count * (cells.count - 1)) / (total * (total - 1))

    def mean(drawn: Weights) -> Floats:
        return np.asarray((drawn.units * agreeing).sum(axis=0) / drawn.units.sum(axis=0))

    return estimate(
        "percent_agreement",
        float(mean(plan.once)[0]),
        plan.interval("units", mean, len(total)),
        over="units",
        scale="0 to 1, higher is better; chance is not taken off",
        method=plan.method("units"),
        **counts,
    )


def prevalence(data: Pairable, plan: Plan, counts: dict[str, Any]) -> list[Estimate]:
    """The share of the pairable judgements that each value has; `subject` names the value."""
    cells, by_value = data.patterns, data.patterns.by_value()
    frequency = data.margins
    listed = np.flatnonzero(frequency)
    note = ""
    if len(listed) > MOST_VALUES:
        note = f"the most frequent of {len(listed)} values"
        listed = listed[[int(frequency[listed].argmax())]]

    def shares(drawn: Weights) -> Floats:
        margins = by_value @ (cells.count * drawn.units[cells.unit])
        return np.asarray(margins[listed] / margins.sum(axis=0))

    spreads = plan.intervals("units", shares, len(cells.code), len(listed))
    return [
        estimate(
            "prevalence",
            float(frequency[value] / frequency.sum()),
            spread,
            over="units",
            scale="0 to 1, the share of judgements",
            method=plan.method("units"),
            subject=str(data.judged.values[value]),
            note=note,
            **counts,
        )
        for value, spread in zip(listed.tolist(), spreads, strict=True)
    ]
