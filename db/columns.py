"""Column names of every long table that travels between layers, each written once.

A judgement table is long: one row per (unit, worker, value), never a workers × units matrix.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from db.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

UNIT = "unit"
WORKER = "worker"
VALUE = "value"
GOLD = "gold"

JUDGEMENTS = (UNIT, WORKER, VALUE)
"""`unit`: what was judged (str); `worker`: who judged it (str; unique per row where unknown);
`value`: the answer (str, int or float)."""

INSTANCE = "instance"
TOKEN = "token"
MARKED = "marked"

MARKS = (INSTANCE, WORKER, TOKEN, MARKED)
"""Marked tokens, long: `instance` id, `worker`, `token` position (int), `marked` (0 or 1)."""


def require(table: pd.DataFrame, columns: Iterable[str], what: str) -> None:
    """Refuse a table that lacks a column, naming what is missing and what is there."""
    missing = [name for name in columns if name not in table.columns]
    if missing:
        there = ", ".join(map(str, table.columns)) or "none"
        raise DataError(f"{what} needs the column {missing[0]!r}; the columns are: {there}")
