"""What people said of each condition: means or shares, differences, and what stands beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import pandas as pd

from analysis.arrays import Floats
from analysis.comparison.conditions import CONDITION, Conditions, Settings, conditions_of
from analysis.comparison.differences import (
    Difference,
    against_level,
    corrected,
    differences,
    every_pair,
    means,
)
from analysis.comparison.length import at_equal_length, length_slopes
from analysis.comparison.result import ComparisonResult, notes_on
from analysis.comparison.superiority import superiority
from db.errors import UsageError

Kind = Literal["ordinal", "share"]
LEVEL = "level"
ONE = "there is only one condition: nothing to compare it with"


@dataclass(frozen=True, eq=False)
class Said:
    """Judgements by condition, ready to be compared.

    `table`: columns unit, worker, value (a number), condition, and `level` (a number) where there
    is a level to hold every judgement against, such as the chance of a right answer. `kind`:
    "ordinal" (points of a scale) or "share" (0 or 1). `score` and `scale` name the number;
    `level` names the level ("chance"), "" for none. `pairs`: what to compare, None for all;
    `controls`: conditions that are there to be compared with, never with each other.
    """

    table: pd.DataFrame
    score: str
    scale: str
    kind: Kind
    persons_known: bool = True
    noun: str = "instances"
    level: str = ""
    pairs: Sequence[tuple[str, str]] | None = None
    controls: tuple[str, ...] = ()
    lengths: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    excluded: Mapping[str, int] = field(default_factory=dict)


def compare_said(said: Said, settings: Settings, baseline: str | None = None) -> ComparisonResult:
    """Every condition's mean, every pair's difference, every condition against the level.

    `baseline`: only differences from this condition; UsageError where there is none of the name.
    With one condition and no level nothing is compared, and a note says so.
    """
    given = conditions_of(
        said.table,
        score=said.score,
        scale=said.scale,
        persons_known=said.persons_known,
        noun=said.noun,
        lengths=said.lengths,
    )
    found = [
        _beside(given, said, difference, settings)
        for difference in differences(given, _pairs(given, said, baseline), settings)
    ]
    if said.level:
        found += _from_level(given, said, settings)
    found = corrected(found)
    alone = [ONE] if len(given.names) == 1 else []
    notes = [*said.notes, *alone, *notes_on(found)]
    estimates = [*means(given, settings), *length_slopes(given, settings)]
    return ComparisonResult(estimates, found, dict(said.excluded), notes)


def _pairs(given: Conditions, said: Said, baseline: str | None) -> list[tuple[str, str]]:
    if baseline is not None:
        return every_pair(given.names, baseline)
    if said.pairs is not None:
        return [pair for pair in said.pairs if set(pair) <= set(given.names)]
    own = [name for name in given.names if name not in said.controls]
    there = [name for name in said.controls if name in given.names]
    return [*every_pair(own), *((name, control) for name in own for control in there)]


def _beside(given: Conditions, said: Said, found: Difference, settings: Settings) -> Difference:
    more = at_equal_length(given, found.first, found.second, settings)
    if said.kind == "ordinal":
        more = [*superiority(given, found.first, found.second, settings), *more]
    return replace(found, more=tuple(more))


def _from_level(given: Conditions, said: Said, settings: Settings) -> list[Difference]:
    """Every condition against the level of its own judgements."""
    if LEVEL not in said.table:
        raise UsageError(f"judgements against {said.level} need the column {LEVEL!r}")
    rows = said.table.reset_index(drop=True).groupby(CONDITION, sort=True).indices
    levels: Floats = said.table[LEVEL].to_numpy(dtype="float64")
    shifted = [
        replace(table, scores=table.scores - levels[at])
        for table, at in zip(given.tables, rows.values(), strict=True)
    ]
    return against_level(replace(given, tables=tuple(shifted)), said.level, settings)
