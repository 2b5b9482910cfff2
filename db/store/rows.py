"""Records ↔ rows: fields and columns carry the same names, so one conversion serves every table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Select, Table

from db.store.engine import reading

R = TypeVar("R")
T = TypeVar("T")

CHUNK = 500
"""Rows a statement carries at most: below every database's limit on bound values."""


def to_row(record: Any) -> dict[str, Any]:
    """The record's fields as columns; tuples become lists, mappings plain dicts."""
    return {name: _plain(getattr(record, name)) for name in _names(type(record))}


def from_row(kind: type[R], row: Mapping[str, Any]) -> R:
    """A record from the columns that carry its fields' names; JSON lists become tuples."""
    values = {name: row[name] for name in _names(kind) if name in row}
    return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})


_NAMES: dict[type[Any], tuple[str, ...]] = {}


def _names(kind: type[Any]) -> tuple[str, ...]:
    """A record's fields, looked up once: bulk writes ask for them row by row."""
    if kind not in _NAMES:
        _NAMES[kind] = tuple(field.name for field in fields(kind))
    return _NAMES[kind]


def fetch(engine: Engine, query: Select[Any], kind: type[R]) -> list[R]:
    """Every row of the query as a record of `kind`."""
    with reading(engine) as connection:
        return [from_row(kind, dict(row)) for row in connection.execute(query).mappings()]


def insert_many(
    connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]], size: int = CHUNK
) -> int:
    """Insert in chunks through Core's executemany; returns how many rows there were.

    Rows are asked for a chunk (of `size` rows) at a time, so that large ones need not all be held.
    """
    count = 0
    for chunk in chunks(rows, size):
        connection.execute(table.insert(), list(chunk))
        count += len(chunk)
    return count


def chunks(values: Iterable[T], size: int) -> Iterator[Sequence[T]]:
    """Consecutive pieces of at most `size`."""
    iterator = iter(values)
    while piece := list(islice(iterator, size)):
        yield piece


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value
