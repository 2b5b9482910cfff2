"""Scores of several conditions over the same units and workers: what a comparison starts from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.arrays import Floats, Ints
from analysis.limits import check_size
from analysis.resampling import KINDS, Plan, Units
from analysis.score_table import ScoreBoard, ScoreTable
from db.columns import UNIT, VALUE, WORKER, require
from db.errors import DataError
from db.records import Over

CONDITION = "condition"


@dataclass(frozen=True)
class Settings:
    """How intervals and tests are made. `flips`: random sign flips or permutations of a test."""

    bootstrap: int = 1000
    flips: int = 10_000
    seed: int = 0
    confidence: float = 0.95
    over: tuple[Over, ...] = KINDS


@dataclass(frozen=True, eq=False)
class Conditions:
    """M conditions with one score: `tables[m]` are the scores of `names[m]`.

    All tables have the same I units (`noun` says what a unit is) and the same W workers. `score`
    names the number, `scale` says its range and which end is better. `no_workers`: why nothing can
    be said about other workers although persons are known, or "". `length`: float64, shape (I,),
    words of each unit, NaN where unknown; None where no unit has a length. `excluded`: reason → how
    many golds, maps or tokens gave no score.
    """

    score: str
    scale: str
    names: tuple[str, ...]
    tables: tuple[ScoreTable, ...]
    n_workers: int
    persons_known: bool
    noun: str = "instances"
    no_workers: str = ""
    length: Floats | None = None
    excluded: Mapping[str, int] = field(default_factory=dict)

    @property
    def n_units(self) -> int:
        """I."""
        return self.tables[0].n_instances

    @cached_property
    def board(self) -> ScoreBoard:
        """The tables, made ready for many sets of weights."""
        return ScoreBoard(self.tables)

    @cached_property
    def means(self) -> Floats:
        """Mean of each unit in each condition: shape (M, I), NaN where a condition has none."""
        plan = self.plan(Settings(bootstrap=0))
        return np.asarray(self.board.instance_means(plan.once)[:, :, 0])

    def place(self, name: str) -> int:
        """Where a condition stands; DataError names those that there are."""
        if name not in self.names:
            raise DataError(f"there is no {name!r} to compare (there are: {', '.join(self.names)})")
        return self.names.index(name)

    def plan(self, settings: Settings) -> Plan:
        """How units and workers are drawn again; without `workers` where that says nothing."""
        return Plan(
            Units.single(self.n_units, noun=self.noun),
            self.n_workers,
            self.persons_known,
            tuple(o for o in settings.over if o == "units" or not self.no_workers),
            settings.bootstrap,
            settings.seed,
            settings.confidence,
        )


def conditions_of(
    table: pd.DataFrame,
    *,
    score: str,
    scale: str,
    persons_known: bool = True,
    noun: str = "instances",
    lengths: Mapping[str, float] | None = None,
) -> Conditions:
    """Conditions from a table with the columns unit, worker, value (a number), condition.

    `lengths`: unit → words. DataError where there is no row, or a number above 1e100. Conditions stand in order of names.
    """
    require(table, (UNIT, WORKER, VALUE, CONDITION), "a table of judgements by condition")
    if table.empty:
        raise DataError("there are no judgements to compare")
    unit, units = _factorized(table, UNIT)
    worker, workers = _factorized(table, WORKER)
    values = table[VALUE].to_numpy(dtype=np.float64)
    check_size(values)
    rows = table.reset_index(drop=True).groupby(CONDITION, sort=True).indices
    tables = [ScoreTable(values[at], unit[at], (worker[at],), len(units)) for at in rows.values()]
    return Conditions(
        score,
        scale,
        tuple(map(str, rows)),
        tuple(tables),
        len(workers),
        persons_known,
        noun,
        length=_lengths(units, lengths),
    )


def _factorized(table: pd.DataFrame, column: str) -> tuple[Ints, list[str]]:
    codes, names = pd.factorize(table[column])
    return np.asarray(codes, dtype=np.int64), [str(name) for name in names]


def _lengths(units: Sequence[str], lengths: Mapping[str, float] | None) -> Floats | None:
    if not lengths:
        return None
    return np.array([lengths.get(unit, np.nan) for unit in units], dtype=np.float64)
