"""Answers that are sets, out of a plain file: lists in JSON lines and Parquet, `a|b` in a CSV."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from db.columns import UNIT, VALUE, WORKER, require
from pipeline.tables import MISSING, read_table

BETWEEN = "|"
"""What stands between the members of a set in a cell of text."""


def set_judgements_of(
    path: Path, *, unit: str, value: str, worker: str | None, empty_set: bool = False
) -> pd.DataFrame:
    """A judgement table (columns unit, worker, value) whose values are lists, or missing.

    An empty cell of a CSV is a set without members where `empty_set` says so, else missing; an
    empty list is a set without members anyway. Without a worker column every row is an anonymous
    worker of its own.
    """
    named = [name for name in (unit, worker) if name is not None]
    missing = {**dict.fromkeys(named, MISSING), value: tuple(m for m in MISSING if m)}
    table = read_table(path, [*named, value], missing)
    require(table, [*named, value], str(path))
    cells = [members(cell, empty_set) for cell in table[value].tolist()]
    anonymous = pd.Series(range(len(table)), index=table.index)
    return pd.DataFrame(
        {
            UNIT: table[unit],
            WORKER: anonymous if worker is None else table[worker],
            VALUE: pd.Series(cells, index=table.index, dtype=object),
        }
    )


def members(cell: Any, empty_set: bool) -> list[str] | None:
    """The members of one cell; None where it says nothing."""
    if isinstance(cell, str):
        if not cell.strip():
            return [] if empty_set else None
        return [part.strip() for part in cell.split(BETWEEN) if part.strip()]
    if isinstance(cell, Iterable):
        return [str(member) for member in cell]
    return None if pd.isna(cell) else [str(cell)]
