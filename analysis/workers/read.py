"""A long table of judgements, with times and places where it has them, as `Work`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.agreement.base import Level
from analysis.agreement.levels import distance
from analysis.arrays import Floats, Ints
from analysis.judgements import Duplicates, Judgements, not_a_number, read
from analysis.limits import check_size
from analysis.workers.base import NO_GOLD, UNGIVEN_GOLD, Work
from db.columns import GOLD, JUDGEMENTS, UNIT, WORKER, require
from db.errors import DataError
from db.words import shown

SECONDS, LENGTH, POSITION, ORDER, HIT = "seconds", "length", "position", "order", "hit"


def read_work(
    table: pd.DataFrame, level: Level = "nominal", *, duplicates: Duplicates = "error"
) -> Work:
    """Read a table with the columns unit, worker, value and any of these (one row a judgement):

    `seconds` (that the judgement took), `length` (of the unit), `position` (in the HIT), `order`
    (numbers or times that rise), `hit` and `gold` (the known answer). Rows are left out, and
    counted, as `analysis.judgements.read` does. A level other than nominal needs numbers.
    """
    distance(level)
    require(table, JUDGEMENTS, "a judgement table")
    judged = read(table, duplicates=duplicates)
    kept = table[table[list(JUDGEMENTS)].notna().all(axis=1)]
    if duplicates != "error":
        kept = kept.drop_duplicates([UNIT, WORKER], keep=duplicates)
    if level != "nominal" and not judged.ordered:
        _check_numbers(judged, level)
    return Work(
        judged=judged,
        level=level,
        order=_order(kept),
        asked=np.bincount(judged.unit, minlength=len(judged.units))[judged.unit].astype(np.int64),
        seconds=_numbers(kept, SECONDS),
        length=_numbers(kept, LENGTH),
        position=_numbers(kept, POSITION),
        hit=pd.factorize(kept[HIT])[0].astype(np.int64) if HIT in kept else None,
        gold=_gold(kept, judged) if GOLD in kept else None,
    )


def points(work: Work) -> Floats:
    """The judgements as points of their scale, shape (J,): themselves, or places in the order."""
    values = range(len(work.judged.values)) if work.judged.ordered else work.judged.values
    return np.array(list(values), dtype=np.float64)[work.judged.code]


def _check_numbers(judged: Judgements, level: Level) -> None:
    wrong = not_a_number(judged.values)
    if wrong is not None:
        raise DataError(f"level {level!r} needs numbers; {shown(wrong)} is not one")
    check_size(np.array(judged.values, dtype=np.float64))


def _numbers(table: pd.DataFrame, column: str) -> Floats | None:
    """A column as numbers, NaN where it is empty; None where there is no such column."""
    if column not in table:
        return None
    found = pd.to_numeric(table[column], errors="coerce")
    wrong = table[column][found.isna() & table[column].notna()]
    if len(wrong):
        raise DataError(f"the column {column!r} needs numbers; {shown(wrong.iloc[0])} is not one")
    return found.to_numpy(dtype=np.float64)


def _order(table: pd.DataFrame) -> Floats:
    """Ranks of the column `order`, ties in the order of rows; the rows' order where it is absent.

    Rows whose order is missing come last.
    """
    rows = np.arange(len(table), dtype=np.float64)
    if ORDER not in table:
        return rows
    place = np.empty(len(table))
    place[table[ORDER].reset_index(drop=True).sort_values(kind="stable").index] = rows
    return place


def _gold(table: pd.DataFrame, judged: Judgements) -> Ints:
    codes: dict[Any, int] = {value: code for code, value in enumerate(judged.values)}
    known = table[GOLD].notna().to_numpy()
    found = [codes.get(value, UNGIVEN_GOLD) for value in table[GOLD].tolist()]
    return np.where(known, np.array(found, dtype=np.int64), NO_GOLD).astype(np.int64)
