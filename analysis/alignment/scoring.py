"""Scores of every subject (explainers, floors, oracle, people) against every gold, computed once.

Intervals reweight these tables; nothing here is ever computed again in a replicate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis.alignment.base import Cut, Family, Golds, KPolicy
from analysis.alignment.cut import choose_k, tied_cuts
from analysis.alignment.floors import CONSTANT, ORACLE, PEOPLE, people
from analysis.arrays import Floats, Ints
from analysis.score_table import ScoreTable
from db.records import Marks


@dataclass(frozen=True, eq=False)
class Setting:
    """What all scores of one alignment share.

    `maps`: subject → float64, shape (N,), scores of all tokens of all instances; `starts`: int64,
    shape (I,), the first token of each instance.
    """

    maps: Mapping[str, Floats]
    marks: Marks
    starts: Ints
    policy: str
    k: KPolicy
    seed: int


@dataclass(frozen=True, eq=False)
class Column:
    """One metric of one subject, gold by gold; `deleted`: the row of the marks that a jackknife
    deleted from each gold, −1 for none."""

    metric: str
    subject: str
    family: Family
    table: ScoreTable
    deleted: Ints


def columns(setting: Setting, family: Family, golds: Golds, each: bool) -> list[Column]:
    """Every metric of a family for every subject. `each`: the golds are single workers' masks."""
    marks = setting.marks
    k = choose_k(setting.k, golds)
    made: list[Column] = []

    def add(subject: str, scored: Mapping[str, Floats], of: Golds, rows: tuple[Ints, ...]) -> None:
        workers = tuple(marks.worker[row] for row in rows) if each else ()
        for metric, values in scored.items():
            table = ScoreTable(values, of.instance, workers, len(setting.starts))
            made.append(Column(metric, subject, family, table, of.deleted))

    met = people(marks, golds, setting.starts, each)
    runs = Cut(k[met.gold], "runs", setting.seed)
    if len(met.row):
        add(PEOPLE, family.score(met.scores, met.golds, runs), met.golds, (met.row, met.golds.row))
    cut = Cut(k, "position", setting.seed)
    for subject, scores in setting.maps.items():
        add(subject, family.score(scores[golds.token], golds, cut), golds, (golds.row,))
    level = np.zeros(len(golds.token))
    add(ORACLE, family.oracle(golds, cut), golds, (golds.row,))
    add(CONSTANT, family.score(level, golds, cut._replace(ties="random")), golds, (golds.row,))
    return made


def cuts_in_ties(setting: Setting, golds: Golds) -> dict[str, int]:
    """How many cuts of each subject fall between equal scores, and so go by position."""
    k = choose_k(setting.k, golds)
    counts = {s: tied_cuts(m[golds.token], golds, k) for s, m in setting.maps.items()}
    return {subject: count for subject, count in counts.items() if count}
