"""A number with its intervals over units, workers and both: the loop that coefficients share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.agreement.pairable import Pairable
from analysis.arrays import Floats
from analysis.intervals import Spread, estimate
from analysis.resampling import Plan, Weights
from db.records import Estimate, Over

ONE_UNIT = "one unit alone is its own chance: other workers would need at least two units"


@dataclass(frozen=True, eq=False)
class Statistic:
    """Weights → shape (b,), and how many rows its temporary arrays have."""

    function: Callable[[Weights], Floats]
    width: int


@dataclass(frozen=True, eq=False)
class Plans:
    """One plan for units alone (they may be drawn as patterns), one for units beside workers."""

    of_patterns: Plan
    of_units: Plan

    @classmethod
    def of(
        cls,
        data: Pairable,
        persons_known: bool,
        over: Sequence[Over],
        bootstrap: int,
        seed: int,
        confidence: float,
    ) -> Plans:
        """The plans for judgements of some units."""
        settings = (len(data.judged.workers), persons_known, tuple(over))
        drawn = (bootstrap, seed, confidence)
        return cls(
            Plan(data.drawn_units(), *settings, *drawn),
            Plan(data.drawn_with_workers(), *settings, *drawn),
        )

    def counts(self, data: Pairable) -> dict[str, Any]:
        """The fields of an Estimate that say what it was made from."""
        plan = self.of_units
        return {
            "confidence": plan.confidence,
            "n_units": data.cells.n_units,
            "n_workers": plan.n_workers if plan.persons_known else None,
            "n_judgements": len(data.judged.unit),
        }


def with_intervals(
    name: str,
    over_units: Statistic,
    over_workers: Statistic,
    plans: Plans,
    undefined: str,
    method: str,
    **fields: Any,
) -> list[Estimate]:
    """One Estimate for each thing resampled, and the jackknife beside the workers'.

    `over_units` takes the weights of `plans.of_patterns`, `over_workers` those of
    `plans.of_units`; both are the same number. `undefined`: why it is, where it is.
    """
    value = float(over_units.function(plans.of_patterns.once)[0])
    if not np.isfinite(value):
        return undefined_over(name, plans.of_units.over, undefined, **fields)
    found = []
    for kind in plans.of_units.over:
        alone = kind == "units"
        plan, made = (plans.of_patterns, over_units) if alone else (plans.of_units, over_workers)
        if kind == "workers" and fields["n_units"] < 2:
            spread = Spread(note=ONE_UNIT)
        else:
            spread = plan.interval(kind, made.function, made.width)
        how = f"{method}; {plan.method(kind)}"
        found.append(estimate(name, value, spread, over=kind, method=how, **fields))
    if plans.of_units.jackknifes and fields["n_units"] > 1:
        spread = plans.of_units.jackknife(value, over_workers.function, over_workers.width)
        how = f"{method}; {plans.of_units.jackknife_method}"
        found.append(estimate(name, value, spread, over="workers", method=how, **fields))
    return found


def undefined_over(name: str, over: Sequence[Over], note: str, **fields: Any) -> list[Estimate]:
    """The number without a value, once for each thing that was to be resampled."""
    fields = {"n_units": 0, "n_judgements": 0, **fields}
    return [estimate(name, float("nan"), over=kind, note=note, **fields) for kind in over]
