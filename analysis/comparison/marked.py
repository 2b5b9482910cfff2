"""Alignment scores worker by worker: what comparisons of explainers, runs and strata start from.

`analysis.alignment.align` scores an instance. Here every row of the marks (one worker on one
instance) is handed to it as an instance of its own, so that its scores come back worker by worker
and workers can be drawn again. The mean over instances of the mean over their workers is then the
score that `align` gives under the gold policy `each`. Scores against several workers at once
(another policy, the soft mask) come instance by instance, and say nothing about other workers:
drawing workers again would shrink the gold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.alignment import FAMILIES
from analysis.alignment.align import align
from analysis.alignment.base import Family
from analysis.arrays import Ints, ordered_pairs
from analysis.comparison.conditions import Conditions
from analysis.score_table import ScoreTable
from db.columns import INSTANCE, VALUE
from db.errors import UsageError
from db.ragged import Ragged
from db.records import Marks

SHRINKS = "golds of several workers shrink when workers are drawn again"
PEOPLE, FLOOR = "people", "constant"


class Placed(NamedTuple):
    """Scores with the column place (of the instance), and reason → how many gave none. That
    somebody marked alone concerns people, and is no reason here."""

    table: pd.DataFrame
    excluded: dict[str, int]


def marked_conditions(
    scores: Mapping[str, Ragged],
    marks: Marks,
    *,
    gold_policy: str = "each",
    metrics: Sequence[str] = (),
    floor: bool = False,
    seed: int = 0,
) -> dict[str, Conditions]:
    """Metric → the scores of every explainer, and of the floor `constant` where asked for.

    `scores`, `marks`: as `align` takes them. `metrics`: names, default all. UsageError where a
    metric is unknown, or has no golds under this policy.
    """
    names = (*scores, FLOOR) if floor else tuple(scores)
    found: dict[str, Conditions] = {}
    for family_name, family in families_of(metrics).items():
        each = gold_policy == "each" and not family.soft_gold
        if family.hard_only and gold_policy == "soft" and not family.soft_gold:
            continue
        rows = _by_row(scores, marks) if each else (scores, marks)
        table, excluded = _scored(*rows, family_name, gold_policy, seed)
        for metric in [m for m in family.metrics if not metrics or m in metrics]:
            tables = [_table(table, metric, name, marks, each) for name in names]
            found[metric] = Conditions(
                metric,
                family.metrics[metric],
                names,
                tuple(tables),
                len(marks.worker_ids),
                marks.persons_known,
                no_workers="" if each else SHRINKS,
                excluded=excluded,
            )
    if not found:
        raise UsageError(f"no score that was asked for can use golds of the policy {gold_policy!r}")
    return found


def people_table(marks: Marks, metric: str, seed: int = 0) -> ScoreTable:
    """How like each other two workers of an instance mark, pair by pair (`each`).

    One score a pair, the mean of either's marks against the other's, with both workers; an
    instance with one worker has none. The mean over instances is the row `people` of `align`.
    """
    pairs = ordered_pairs(marks.instance)
    once = pairs.first < pairs.second
    first, second = pairs.first[once], pairs.second[once]
    (family_name,) = families_of((metric,))
    both = np.stack([first, second], axis=1).ravel()
    n = len(first)
    doubled = replace(
        marks,
        masks=marks.masks.take(both),
        instance=np.repeat(np.arange(n, dtype=np.int64), 2),
        worker=marks.worker[both],
        instance_ids=tuple(map(str, range(n))),
    )
    scores = np.full(n, np.nan)
    if n:
        # Some map has to be there; what is wanted is how people score.
        blank = Ragged(np.zeros(len(doubled.masks.values), np.float32), doubled.masks.offsets)
        maps = {"any": blank.take(np.arange(0, 2 * n, 2, dtype=np.int64))}
        table = _scored(maps, doubled, family_name, "each", seed).table
        scores = _column(table, metric, PEOPLE, n)
    workers = (marks.worker[first], marks.worker[second])
    return ScoreTable(scores, marks.instance[first], workers, len(marks.instance_ids))


def families_of(metrics: Sequence[str]) -> dict[str, Family]:
    """Name → family, those that have one of the metrics; UsageError where one is unknown."""
    made: dict[str, Family] = {name: FAMILIES.load(name)() for name in FAMILIES}
    known = [metric for family in made.values() for metric in family.metrics]
    for metric in metrics:
        if metric not in known:
            raise UsageError(f"there is no score {metric!r} (there are: {', '.join(known)})")
    return {
        name: family
        for name, family in made.items()
        if not metrics or set(metrics) & set(family.metrics)
    }


def _by_row(scores: Mapping[str, Ragged], marks: Marks) -> tuple[dict[str, Ragged], Marks]:
    """Every row of the marks as an instance of its own."""
    n = len(marks.masks)
    alone = replace(
        marks,
        instance=np.arange(n, dtype=np.int64),
        instance_ids=tuple(map(str, range(n))),
    )
    return {name: ragged.take(marks.instance) for name, ragged in scores.items()}, alone


def _scored(
    scores: Mapping[str, Ragged], marks: Marks, family: str, policy: str, seed: int
) -> Placed:
    result = align(
        scores,
        marks,
        gold_policy=policy,
        families=(family,),
        over=("units",),
        bootstrap=0,
        seed=seed,
    )
    place = {identity: n for n, identity in enumerate(marks.instance_ids)}
    table = result.per_instance
    excluded = {r: n for r, n in result.excluded.items() if not r.startswith(f"{PEOPLE}: ")}
    return Placed(table.assign(place=table[INSTANCE].map(place).to_numpy(dtype=np.int64)), excluded)


def _table(table: pd.DataFrame, metric: str, subject: str, marks: Marks, each: bool) -> ScoreTable:
    n = len(marks.instance_ids)
    if each:
        scores = _column(table, metric, subject, len(marks.masks))
        return ScoreTable(scores, marks.instance, (marks.worker,), n)
    every: Ints = np.arange(n, dtype=np.int64)
    return ScoreTable(_column(table, metric, subject, n), every, (), n)


def _column(table: pd.DataFrame, metric: str, subject: str, n: int) -> np.ndarray:
    rows = table[(table["metric"] == metric) & (table["subject"] == subject)]
    values = np.full(n, np.nan)
    values[rows["place"].to_numpy()] = rows[VALUE].to_numpy(dtype=np.float64)
    return values
