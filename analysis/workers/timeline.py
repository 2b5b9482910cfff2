"""Agreement in the course of a study: do later judgements agree with the others as early ones do?

A trend of everyone; `drift` is the same question of each worker.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analysis.arrays import Floats, divide, incidence
from analysis.intervals import estimate
from analysis.resampling import Plan, Units, Weights
from analysis.workers.base import Work
from analysis.workers.company import agreements
from db.records import Estimate

MOST, LEAST = 10, 20
"""Parts at most, and judgements in a part at least."""
SCALE = "0 to 1, higher is better; chance is not taken off"


class Part(NamedTuple):
    """A stretch of the study: its first and last judgement, counted from 1, and their agreement."""

    first: int
    last: int
    agreement: Estimate


def timeline(
    work: Work, *, bootstrap: int = 1000, seed: int = 0, confidence: float = 0.95
) -> list[Part]:
    """Mean agreement of the judgements of each part with the others on their units.

    Judgements without company do not count. The others are those of the unit at any time: the
    number tells of the part's own judgements. Parts are of equal size but for one judgement,
    fewer than ten where they would hold fewer than 20, and none at all below 40 judgements.
    Intervals draw units with all their judgements; the parts share the draws.
    """
    value = agreements(work)
    there = np.flatnonzero(np.isfinite(value))
    rows = there[np.argsort(work.order[there], kind="stable")]
    n_parts = min(MOST, len(rows) // LEAST)
    if n_parts < 2:
        return []
    part = (np.arange(len(rows), dtype=np.int64) * n_parts) // len(rows)
    n_units = len(work.judged.units)
    shape = (n_parts, n_units)
    unit = work.judged.unit[rows]
    sums, counts = incidence(part, unit, shape, value[rows]), incidence(part, unit, shape)

    def means(drawn: Weights) -> Floats:
        return divide(sums @ drawn.units, counts @ drawn.units)

    plan = Plan(Units.single(n_units), 0, False, ("units",), bootstrap, seed, confidence)
    points = means(plan.once)[:, 0]
    spreads = plan.intervals("units", means, n_units, n_parts)
    sizes = np.bincount(part)
    ends = np.cumsum(sizes)
    return [
        Part(
            int(ends[k] - sizes[k]) + 1,
            int(ends[k]),
            estimate(
                "agreement",
                float(points[k]),
                spreads[k],
                over="units",
                confidence=confidence,
                scale=SCALE,
                method=f"mean agreement with the unit's others; {plan.method('units')}",
                n_units=len(np.unique(unit[part == k])),
                n_judgements=int(sizes[k]),
                subject=f"part {k + 1}",
            ),
        )
        for k in range(n_parts)
    ]
