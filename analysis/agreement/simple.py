"""Percent agreement and prevalence: what every coefficient is read beside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from analysis.agreement.pairable import Pairable
from analysis.arrays import Floats, Ints, incidence
from analysis.intervals import Spread, estimate
from analysis.resampling import Plan, Weights
from db.records import Estimate

MOST_VALUES = 20
"""With more values than this, only the most frequent one is listed."""


class Beside:
    """Weights of patterns → percent agreement, then the share of each listed value: (1 + k, b).

    Percent agreement is the share of equal pairs within a unit, averaged over units: [0, 1], higher
    is better. Nothing is taken off for chance: with one value in nearly all judgements it is high
    whatever people do. The other rows are the prevalence of values among pairable judgements.
    """

    def __init__(self, data: Pairable) -> None:
        cells = data.patterns
        self.data = data
        self.total = cells.by_unit(cells.count)[:, 0]
        equal = cells.by_unit(cells.count * (cells.count - 1))[:, 0]
        self.agreeing = equal / (self.total * (self.total - 1))
        self.listed, self.note = self._listed()
        place = np.full(len(data.judged.values), -1, dtype=np.int64)
        place[self.listed] = np.arange(len(self.listed))
        kept = np.flatnonzero(place[cells.code] >= 0)
        shape = (len(self.listed), cells.n_units)
        counts = cells.count[kept, 0]
        self.of_values = incidence(place[cells.code[kept]], cells.unit[kept], shape, counts)
        self.width = len(self.total)

    def __call__(self, drawn: Weights) -> Floats:
        agreement = (self.agreeing @ drawn.units) / drawn.units.sum(axis=0)
        shares = (self.of_values @ drawn.units) / (self.total @ drawn.units)
        return np.concatenate([agreement[None], shares])

    def estimates(
        self, plan: Plan, spreads: Sequence[Spread], counts: dict[str, Any]
    ) -> list[Estimate]:
        """Both kinds of numbers with their intervals, in the order of the rows."""
        fields = {"over": "units", "method": plan.method("units"), **counts}
        scale = "0 to 1, higher is better; chance is not taken off"
        agreement, *shares = self(plan.once)[:, 0].tolist()
        found = [estimate("percent_agreement", agreement, spreads[0], scale=scale, **fields)]
        for value, share, spread in zip(self.listed.tolist(), shares, spreads[1:], strict=True):
            about = {
                "scale": "0 to 1, the share of judgements",
                "subject": str(self.data.judged.values[value]),
                "note": self.note,
            }
            found.append(estimate("prevalence", share, spread, **about, **fields))
        return found

    def _listed(self) -> tuple[Ints, str]:
        """Codes of the values whose share is told, and why not all are."""
        frequency = self.data.margins
        listed = np.flatnonzero(frequency)
        if len(listed) <= MOST_VALUES:
            return listed, ""
        note = f"the most frequent of {len(listed)} values"
        return listed[[int(frequency[listed].argmax())]], note


def percent_and_prevalence(data: Pairable, plan: Plan, counts: dict[str, Any]) -> list[Estimate]:
    """Percent agreement and prevalence with intervals over units; `plan` draws the patterns."""
    numbers = Beside(data)
    spreads = plan.intervals("units", numbers, numbers.width, 1 + len(numbers.listed))
    return numbers.estimates(plan, spreads, counts)
