"""Columns that hold worker ids: they are left out and named.

An attribute or a feature is no place for what identifies people.
"""

from __future__ import annotations

from collections.abc import Collection

from pipeline.formats.table import Table

PERSONAL = ("workerid", "worker_id")


def is_personal(column: str) -> bool:
    """Whether a column's name says that it holds worker ids."""
    return column.strip().lower() in PERSONAL


def left_out(table: Table, used: Collection[str]) -> tuple[str, ...]:
    """Say which columns were not kept; those that the user gave a meaning (`used`) were."""
    names = [c for c in table.header if is_personal(c) and c not in used]
    return tuple(f"the column {name!r} was left out: it holds ids of people" for name in names)
