"""Mean ratings by condition, with intervals over units, workers and both.

The statistic is the mean over units of a unit's mean rating, so that a unit with many ratings
counts once. Conditions share the draws: their differences are paired. Items were rated by people
who saw several conditions each, so the intervals over workers are those that answer "with other
workers".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.intervals import estimate
from analysis.resampling import Plan, Units, Weights
from analysis.score_table import ScoreTable
from db.columns import UNIT, VALUE, WORKER, require
from db.records import Estimate, Over

CONDITION = "condition"


def mean_ratings(
    table: pd.DataFrame,
    *,
    scale: str,
    over: Sequence[Over] = ("units", "workers", "both"),
    bootstrap: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
    persons_known: bool = True,
) -> list[Estimate]:
    """Mean rating of each condition; columns unit, worker, value (a number), condition.

    `scale` says in words what the numbers mean. A condition without ratings is not there.
    """
    require(table, (UNIT, WORKER, VALUE, CONDITION), "a rating table")
    units, workers = pd.factorize(table[UNIT])[0], pd.factorize(table[WORKER])[0]
    n_units, n_workers = int(units.max(initial=-1)) + 1, int(workers.max(initial=-1)) + 1
    plan = Plan(
        Units.single(n_units, noun="instances"),
        n_workers,
        persons_known,
        tuple(over),
        bootstrap,
        seed,
        confidence,
    )
    found = []
    for condition, rows in table.groupby(CONDITION, sort=True).indices.items():
        scores = ScoreTable(
            table[VALUE].to_numpy(dtype=np.float64)[rows],
            units[rows].astype(np.int64),
            (workers[rows].astype(np.int64),),
            n_units,
        )
        found += _estimates(str(condition), scores, plan, scale)
    return found


def _estimates(condition: str, scores: ScoreTable, plan: Plan, scale: str) -> list[Estimate]:
    statistic: Callable[[Weights], Floats] = scores.mean
    return [
        estimate(
            "mean rating",
            float(statistic(plan.once)[0]),
            plan.interval(over, statistic, len(scores.scores)),
            over=over,
            scale=scale,
            confidence=plan.confidence,
            method=f"mean over instances of their mean rating; {plan.method(over)}",
            n_units=len(np.unique(scores.instance)),
            n_workers=len(np.unique(scores.workers[0])) if plan.persons_known else None,
            n_judgements=len(scores.scores),
            subject=condition,
        )
        for over in plan.over
    ]
