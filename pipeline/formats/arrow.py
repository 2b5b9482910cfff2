"""Rows of Arrow tables as records with the fields of the jsonl format.

What Arrow says in another way is said as JSON says it: a map, or a list of {name, value}, is an
object; class labels are numbers whose names stand elsewhere. A null is a field that is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]

from db.errors import DataError, ImportFailed
from pipeline.formats.base import ReadOptions
from pipeline.formats.jsonl import OWN, RENAMED
from pipeline.formats.objects import Record
from pipeline.formats.place import Place, at

BATCH = 1024
"""Rows that are Python objects at once."""

ClassNames = Mapping[str, Sequence[str]]


def records(
    path: Path,
    batches: Iterable[pa.RecordBatch | pa.Table],
    options: ReadOptions,
    names: ClassNames | None = None,
    more: Mapping[str, Any] | None = None,
    after: int = 0,
) -> Iterator[Record]:
    """Each row with its number, counted from `after`; `names`: column → names of its classes;
    `more`: fields that rows have besides, if they have no value of their own."""
    number = after
    wanted = {getattr(options, role) or role for role in RENAMED} | set(OWN)
    for batch in readable(path, batches):
        # What is not read is named, but its values are not brought into memory.
        unread = {name: None for name in batch.schema.names if name not in wanted}
        known = batch.select([name for name in batch.schema.names if name in wanted])
        check_types(path, known.schema)
        for row in plain(path, known):
            number += 1
            place = Place(path, number, "record")
            with at(place):
                fields = {k: _as_json(k, v, names or {}) for k, v in row.items() if v is not None}
            yield Record(place, {**unread, **(more or {}), **fields})


def check_types(path: Path, schema: pa.Schema) -> None:
    """Refuse columns that JSON could not hold either: bytes, times, decimal numbers."""
    for column in schema:
        if not _is_json(column.type):
            problem = f"the column {column.name!r} is of type {column.type}; write it as text"
            raise ImportFailed(path, None, problem)


def _is_json(kind: pa.DataType) -> bool:
    types = pa.types
    if types.is_dictionary(kind):
        return _is_json(kind.value_type)
    if types.is_nested(kind):
        return all(_is_json(kind.field(n).type) for n in range(kind.num_fields))
    known = (types.is_string, types.is_large_string, types.is_boolean, types.is_null)
    return any(is_(kind) for is_ in (*known, types.is_integer, types.is_floating)) or (
        str(kind) == "string_view"
    )


def readable(path: Path, batches: Iterable[Any]) -> Iterator[Any]:
    """The batches; a file that breaks off or is damaged is an `ImportFailed`."""
    with translated(path):
        yield from batches


def plain(path: Path, batch: pa.RecordBatch | pa.Table) -> list[dict[str, Any]]:
    """The rows of a batch as Python objects."""
    with translated(path):
        rows: list[dict[str, Any]] = batch.to_pylist()
    return rows


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Errors of pyarrow as `ImportFailed`s of a file."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise ImportFailed(path, None, f"holds a string that is not UTF-8: {error}") from error
    except (pa.ArrowException, OSError, ValueError) as error:
        problem = f"cannot be read; is it complete, and of this format? ({error})"
        raise ImportFailed(path, None, problem) from error


def _as_json(name: str, value: Any, names: ClassNames) -> Any:
    if name in names:
        return _class_name(name, value, names[name])
    if name == "attributes":
        return _object(value)
    if name == "annotations" and isinstance(value, list):
        return [_entry(entry) for entry in value]
    return value


def _class_name(name: str, value: Any, names: Sequence[str]) -> str | None:
    """The name of a class; -1 says that the class is not known."""
    if not isinstance(value, int) or not -1 <= value < len(names):
        raise DataError(f"the field {name!r} holds the class {value!r} of {len(names)}")
    return None if value == -1 else names[value]


def _object(value: Any) -> Any:
    """An object from a struct, a map or a list of {name, value}; nulls left out."""
    if isinstance(value, list):
        pairs = [tuple(e.values()) if isinstance(e, dict) else e for e in value]
        if not all(isinstance(pair, tuple) and len(pair) == 2 for pair in pairs):
            return value
        value = dict(pairs)
    return {k: v for k, v in value.items() if v is not None} if isinstance(value, dict) else value


def _entry(entry: Any) -> Any:
    """One annotation without the fields that are null; no worker is nobody."""
    if not isinstance(entry, dict):
        return entry
    return {key: value for key, value in entry.items() if value is not None}
