"""How often a judgement under one condition is higher than one under the other, on the same unit.

P(A > B) + P(A = B) / 2 over all pairs of a judgement of either condition of a unit, averaged over
units: .5 is no difference. It needs an order and no distances, and so is right for points of a
scale. Source: the common language effect size of Vargha & Delaney (2000), here within units.
"""

from __future__ import annotations

import numpy as np

from analysis.arrays import Ints, spread
from analysis.comparison.conditions import Conditions, Settings
from analysis.comparison.differences import subject_of
from analysis.intervals import estimate
from analysis.score_table import ScoreTable
from db.records import Estimate

SCALE = "0 to 1, above .5: the first is higher more often"


def superiority(given: Conditions, first: str, second: str, settings: Settings) -> list[Estimate]:
    """Over units, workers and both; undefined, with the reason, where no unit has both."""
    table = _pairs(given.tables[given.place(first)], given.tables[given.place(second)])
    plan = given.plan(settings)
    value = float(table.mean(plan.once)[0]) if len(table.scores) else float("nan")
    return [
        estimate(
            f"{given.score}_superiority",
            value,
            plan.interval(over, table.mean, len(table.scores)) if len(table.scores) else None,
            over=over,
            confidence=plan.confidence,
            scale=SCALE,
            method=f"mean over {given.noun} of all pairs of judgements; {plan.method(over)}",
            n_units=table.n_defined,
            n_workers=_workers(table) if given.persons_known else None,
            n_judgements=len(table.scores),
            note="" if len(table.scores) else f"none of the {given.noun} has both",
            subject=subject_of(first, second),
        )
        for over in plan.over
    ]


def _pairs(first: ScoreTable, second: ScoreTable) -> ScoreTable:
    """Every judgement of the first beside every one of the second of its unit."""
    order = np.argsort(second.instance, kind="stable").astype(np.int64)
    counts = np.bincount(second.instance, minlength=second.n_instances).astype(np.int64)
    starts = np.cumsum(counts) - counts
    partners = counts[first.instance]
    a: Ints = np.repeat(np.arange(len(first.scores), dtype=np.int64), partners)
    b = order[spread(starts[first.instance], partners)]
    higher = np.sign(first.scores[a] - second.scores[b])
    workers = (first.workers[0][a], second.workers[0][b])
    return ScoreTable((higher + 1) / 2, first.instance[a], workers, first.n_instances)


def _workers(table: ScoreTable) -> int:
    return len(np.unique(np.concatenate(table.workers)))
