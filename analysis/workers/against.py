"""Everyone's answers beside the unit's answer: what is taken for what, and how often it is right.

The counts of Dawid & Skene's (1979) error rates, of all workers together or of one. Held against
the majority of the others (which no worker helps to make), or against an answer that is given.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.aggregation.scores import Drawing
from analysis.arrays import Floats, Ints, divide, row_sums
from analysis.intervals import estimate
from analysis.judgements import Judgements
from analysis.resampling import Plan, Units, Weights
from analysis.workers.base import Work
from analysis.workers.company import consensus_of_others, votes
from db.records import Estimate

NOTHING = "no judgement has an answer that it can be held against"


@dataclass(frozen=True, eq=False)
class Against:
    """`counts`: float64, shape (K, K), [k, l] judgements l of units whose answer is k.

    `labels`: K labels; `same`: the share on the diagonal, [0, 1], higher is better, with an
    interval over units; `without`: judgements that have nothing they can be held against.
    """

    labels: tuple[Any, ...]
    counts: Floats
    same: Estimate
    without: int


def against_others(
    work: Work, worker: Any | None = None, drawing: Drawing | None = None
) -> Against:
    """Judgements (of one worker) beside the majority of the unit's others.

    Where m values are tied each counts 1/m. A judgement without company has no majority.
    """
    judged = work.judged
    found = votes(work)
    weight = consensus_of_others(work, found)
    rows = np.flatnonzero(weight > 0)
    asked = np.ones(len(judged.unit), dtype=bool)
    if worker is not None:
        asked = judged.worker == judged.workers.index(worker)
        rows = rows[asked[found.judgement[rows]]]
    judgement = found.judgement[rows]
    without = int(asked.sum()) - len(np.unique(judgement))
    meetings = (found.code[rows], judged.code[judgement], judged.unit[judgement], weight[rows])
    return _against(judged.values, *meetings, without, drawing or Drawing())


def against_known(
    judged: Judgements, known: Mapping[Any, Hashable], drawing: Drawing | None = None
) -> Against:
    """Judgements beside the answer that `known` has for their unit.

    A known answer that nobody gave has a row of its own, behind the others.
    """
    given = dict.fromkeys(judged.values)
    unseen = sorted({v for v in known.values() if v is not None and v not in given}, key=str)
    labels = (*judged.values, *unseen)
    place: dict[Any, int] = {label: k for k, label in enumerate(labels)}
    truth = np.array([place.get(known.get(unit), -1) for unit in judged.units], dtype=np.int64)
    mine = truth[judged.unit]
    rows = np.flatnonzero(mine >= 0)
    without = len(mine) - len(rows)
    meetings = (mine[rows], judged.code[rows], judged.unit[rows], np.ones(len(rows)))
    return _against(labels, *meetings, without, drawing or Drawing())


def _against(
    labels: tuple[Any, ...],
    held: Ints,
    answer: Ints,
    unit: Ints,
    weight: Floats,
    without: int,
    drawing: Drawing,
) -> Against:
    n = len(labels)
    counts = row_sums(weight, held * n + answer, n * n).reshape(n, n)
    _, of_unit = np.unique(unit, return_inverse=True)
    n_units = int(of_unit.max(initial=-1)) + 1
    total = row_sums(weight, of_unit, n_units)
    right = row_sums(weight * (held == answer), of_unit, n_units)

    def share(drawn: Weights) -> Floats:
        return divide(right @ drawn.units, total @ drawn.units)

    plan = Plan(Units.single(n_units), 0, False, ("units",), *drawing)
    same = estimate(
        "same_answer",
        float(right.sum() / total.sum()) if n_units else float("nan"),
        plan.interval("units", share, max(n_units, 1)),
        over="units",
        confidence=drawing.confidence,
        scale="0 to 1, higher is better; chance is not taken off",
        method=f"share of judgements with the unit's answer; {plan.method('units')}",
        n_units=n_units,
        n_judgements=round(float(weight.sum())),
        note="" if n_units else NOTHING,
    )
    return Against(labels, counts, same, without)
