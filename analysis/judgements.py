"""A long judgement table as integer codes: checked on entry, and what is left out is counted."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from analysis.arrays import Bools, Ints
from db.columns import JUDGEMENTS, UNIT, VALUE, WORKER, require
from db.errors import DataError, UsageError
from db.words import counted, shown

Duplicates = Literal["error", "first", "last"]
Clusters = str | Mapping[Any, Hashable]
"""Which cluster a unit belongs to: the name of a column of the table, or unit → cluster."""

FEW = 1000
"""How many different names to make room for at first; room for all rows is 32 bytes a row."""


@dataclass(frozen=True, eq=False)
class Judgements:
    """J judgements in codes, each an index into `units`, `workers` or `values`.

    `unit`, `worker`, `code`: int64, shape (J,); `values` in rising order (or the order of an
    ordered categorical, and `ordered` says so). `excluded`: reason → rows that are not among the J.
    """

    units: tuple[Any, ...]
    workers: tuple[Any, ...]
    values: tuple[Any, ...]
    unit: Ints
    worker: Ints
    code: Ints
    excluded: dict[str, int]
    ordered: bool = False


def read(
    table: pd.DataFrame, *, duplicates: Duplicates = "error", persons_known: bool = True
) -> Judgements:
    """Read a table with the columns unit, worker, value (one row a judgement; any index).

    Rows without a unit or a value are left out and counted; so are rows without a worker, unless
    persons are unknown anyway, where each of them is a worker of its own. A worker who judged a
    unit twice is an error, or the first or last row counts.
    """
    require(table, JUDGEMENTS, "a judgement table")
    if duplicates not in get_args(Duplicates):
        raise UsageError(f"duplicates must be one of {', '.join(get_args(Duplicates))}")
    excluded: dict[str, int] = {}
    for column in (UNIT, VALUE, WORKER):
        if column != WORKER or persons_known:
            table = _without(table, table[column].isna().to_numpy(), f"no {column}", excluded)
    worker, workers = _worker_codes(table[WORKER])
    unit, units = _factorize(table[UNIT])
    repeated = _repeated(table, unit, worker, duplicates)
    code, values = _value_codes(table[VALUE])
    if len(repeated):
        excluded[f"judged twice by the same worker ({duplicates} kept)"] = len(repeated)
        unit, worker, code = (np.delete(codes, repeated) for codes in (unit, worker, code))
    return Judgements(
        units=tuple(units.tolist()),
        workers=workers,
        values=values,
        unit=unit,
        worker=worker,
        code=code,
        excluded=excluded,
        ordered=_is_ordered(table[VALUE]),
    )


def not_a_number(values: tuple[Any, ...]) -> Any:
    """What to name where numbers are needed: a word before a number written as text; else None."""
    wrong = [v for v in values if not isinstance(v, (int, float)) or not math.isfinite(v)]
    return next((v for v in wrong if not _reads_as_number(v)), wrong[0] if wrong else None)


def _reads_as_number(value: Any) -> bool:
    try:
        return math.isfinite(float(value))
    except (TypeError, ValueError):
        return False


def cluster_codes(clusters: Clusters, table: pd.DataFrame, units: tuple[Any, ...]) -> Ints:
    """The cluster of each unit as a code 0 … K − 1, int64, shape (U,); every unit needs one."""
    if isinstance(clusters, str):
        require(table, [clusters], "a judgement table in clusters")
        pairs = table[[UNIT, clusters]].drop_duplicates().dropna()
        split = pairs[UNIT][pairs[UNIT].duplicated()]
        if len(split):
            raise DataError(f"unit {shown(split.iloc[0])} stands in more than one {clusters!r}")
        clusters = dict(zip(pairs[UNIT].tolist(), pairs[clusters].tolist(), strict=True))
    missing = [unit for unit in units if unit not in clusters]
    if missing:
        raise DataError(f"unit {shown(missing[0])} has no cluster; every unit needs one")
    numbers: dict[Hashable, int] = {}
    codes = [numbers.setdefault(clusters[unit], len(numbers)) for unit in units]
    return np.array(codes, dtype=np.int64)


def _without(
    table: pd.DataFrame, gone: Bools, reason: str, excluded: dict[str, int]
) -> pd.DataFrame:
    if gone.any():
        excluded[reason] = int(gone.sum())
    return table[~gone] if gone.any() else table


def _worker_codes(column: pd.Series[Any]) -> tuple[Ints, tuple[Any, ...]]:
    """Codes and names; a missing worker becomes a worker of its own, named for its row."""
    worker, names = _factorize(column)
    missing = np.flatnonzero(worker < 0)
    worker[missing] = len(names) + np.arange(len(missing))
    return worker, (*names.tolist(), *(f"row {row}" for row in missing))


def _factorize(column: pd.Series[Any]) -> tuple[Ints, pd.Index[Any]]:
    """Codes in the order of first appearance, −1 where a value is missing, and the values."""
    plain = isinstance(column.dtype, np.dtype)
    codes, found = pd.factorize(column.to_numpy() if plain else column, size_hint=FEW)
    return np.asarray(codes, np.int64), pd.Index(found)


def _repeated(table: pd.DataFrame, unit: Ints, worker: Ints, duplicates: Duplicates) -> Ints:
    """Positions of the rows that a second judgement of the same worker and unit makes surplus."""
    key = unit * (int(worker.max(initial=0)) + 1) + worker
    ordered = np.sort(key)
    if (ordered[1:] != ordered[:-1]).all():
        return np.zeros(0, dtype=np.int64)
    keys = pd.Series(key)
    keep: Literal["first", "last"] = "last" if duplicates == "last" else "first"
    surplus = np.flatnonzero(keys.duplicated(keep=keep).to_numpy())
    if duplicates == "error" and len(surplus):
        row = table.iloc[int(surplus[0])]
        raise DataError(
            f"worker {shown(row[WORKER])} judged unit {shown(row[UNIT])} more than once "
            f"({counted(len(surplus), 'such row')}); keep the 'first' or the 'last' of them "
            "(--duplicates)"
        )
    return surplus.astype(np.int64)


def _value_codes(column: pd.Series[Any]) -> tuple[Ints, tuple[Any, ...]]:
    """Codes into the values in order: of an ordered categorical, of numbers, or of names."""
    if _is_ordered(column):
        return column.cat.codes.to_numpy().astype(np.int64), tuple(column.cat.categories.tolist())
    codes, values = _factorize(column)
    found = values.tolist()
    order = sorted(range(len(found)), key=lambda i: _sort_key(found[i]))
    rank = np.empty(len(found), dtype=np.int64)
    rank[order] = np.arange(len(found))
    return rank[codes], tuple(found[i] for i in order)


def _is_ordered(column: pd.Series[Any]) -> bool:
    return isinstance(column.dtype, pd.CategoricalDtype) and bool(column.dtype.ordered)


def _sort_key(value: Any) -> tuple[int, float, str]:
    """Numbers before everything else, in their own order."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return (0, float(value), "") if number else (1, 0.0, str(value))
