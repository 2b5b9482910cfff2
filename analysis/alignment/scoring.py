"""Scores of every subject (explainers, floors, oracle, people) against every gold, computed once.

Intervals reweight these columns; nothing here is ever computed again in a replicate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from analysis.alignment.base import Average, Cut, Family, Golds, KPolicy, Scores, TiePolicy
from analysis.alignment.compared import Compared, alone, laid_on
from analysis.alignment.cut import choose_k, tied_cuts
from analysis.alignment.floors import CONSTANT, ORACLE, PEOPLE, people
from analysis.alignment.golds import golds_of
from analysis.alignment.order import Order, level, order_of_masks
from analysis.arrays import Floats, Ints
from db.records import Marks


@dataclass(frozen=True)
class Choices:
    """What a caller decides about all scores; see `analysis.alignment.align.align`."""

    gold_policy: str = "each"
    k: KPolicy = "instance"
    average: Average = "macro"
    ties: TiePolicy = "position"
    seed: int = 0
    noun: str = "token"


@dataclass(frozen=True, eq=False)
class Setting:
    """What all scores of one alignment share.

    `maps`: subject → its scores of all tokens, a row an instance; `starts`: int64, shape (I,), the
    first token of each instance.
    """

    maps: Mapping[str, Order]
    marks: Marks
    starts: Ints
    choices: Choices

    @cached_property
    def masks(self) -> Order:
        """Everybody's masks as maps, a row each."""
        return order_of_masks(self.marks.masks.values, self.marks.masks.offsets)

    def golds(self, policy: str) -> Golds:
        """The golds of a policy."""
        return replace(golds_of(self.marks, self.starts, policy), noun=self.choices.noun)


@dataclass(frozen=True, eq=False)
class Column:
    """One metric of one subject, gold by gold.

    `parts`: one array of scores, or what a micro average adds up above and below, float64 or
    float32, shape (R,), NaN where undefined; `instance`: int64, shape (R,); `workers`: the one or
    two workers (int64, shape (R,)) whose weights a score carries, or none; `deleted`: int64,
    shape (R,), the row of the marks that a jackknife deleted from each gold, −1 for none.
    """

    metric: str
    subject: str
    family: Family
    parts: tuple[Floats, ...]
    instance: Ints
    workers: tuple[Ints, ...]
    deleted: Ints


def columns(setting: Setting, family: Family, golds: Golds, each: bool) -> list[Column]:
    """Every metric of a family for every subject. `each`: the golds are single workers' masks."""
    choices, marks = setting.choices, setting.marks
    k = choose_k(choices.k, golds)
    made: list[Column] = []

    def add(subject: str, scored: Mapping[str, Scores], gold: Ints, rows: tuple[Ints, ...]) -> None:
        workers = tuple(marks.worker[row] for row in rows) if each else ()
        about = golds.instance[gold], workers, golds.deleted[gold]
        for metric, scores in scored.items():
            parts = _parts(scores, choices.average)
            made.append(Column(metric, subject, family, parts, *about))

    met, row = people(marks, setting.masks, golds, setting.starts, each)
    if len(row):
        runs = Cut(k[met.gold], "runs", choices.seed)
        add(PEOPLE, family.score(met, runs), met.gold, (row, golds.row[met.gold]))
    cut = Cut(k, "random" if choices.ties == "expected" else "position", choices.seed)
    everywhere = np.arange(len(k), dtype=np.int64)
    for subject, order in setting.maps.items():
        found = family.score(laid_on(order.scores, order, golds), cut)
        add(subject, found, everywhere, (golds.row,))
    add(ORACLE, family.oracle(golds, cut), everywhere, (golds.row,))
    constant = family.score(constant_map(setting, golds), cut._replace(ties="random"))
    add(CONSTANT, constant, everywhere, (golds.row,))
    return made


def constant_map(setting: Setting, golds: Golds) -> Compared:
    """The same score everywhere, against every gold."""
    if not golds.complete:
        return alone(golds, level(golds.lengths))
    some = next(iter(setting.maps.values()))
    return laid_on(some.scores, level(some.lengths), golds)


def cuts_in_ties(setting: Setting, golds: Golds) -> dict[str, int]:
    """How many cuts of each subject fall between equal scores."""
    k = choose_k(setting.choices.k, golds)
    counts = {
        subject: tied_cuts(laid_on(order.scores, order, golds), k)
        for subject, order in setting.maps.items()
    }
    return {subject: count for subject, count in counts.items() if count}


def _parts(scores: Scores, average: Average) -> tuple[Floats, ...]:
    if average == "macro" or scores.above is None or scores.below is None:
        return (scores.value,)
    undefined = np.isnan(scores.value)
    return tuple(np.where(undefined, np.nan, part) for part in (scores.above, scores.below))
