"""CSV with a header line: comma-separated, quoted as RFC 4180 has it, one dict a record."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from db.errors import ImportFailed
from db.words import counted
from pipeline.formats.lines import MAX_LINE, read_lines
from pipeline.formats.place import Place


class Row(NamedTuple):
    """One record: column → cell, and the line on which the record starts."""

    place: Place
    cells: dict[str, str]


@dataclass(frozen=True)
class Table:
    """A header and the records under it, which are read as they are asked for."""

    path: Path
    header: tuple[str, ...]
    rows: Iterator[Row]

    def require(self, column: str) -> str:
        """`column` itself, if the header has it; else an error that lists what it has."""
        if column not in self.header:
            there = ", ".join(map(repr, self.header))
            raise ImportFailed(
                self.path, 1, f"there is no column {column!r}; the columns are: {there}"
            )
        return column


def read_table(path: Path) -> Table:
    """Read the header; the records follow lazily. Every fault is an `ImportFailed`."""
    records = _records(path)
    place, header = next(records, (Place(path, 1), []))
    if not header:
        raise ImportFailed(
            path, None, "is empty; a line with the names of the columns was expected"
        )
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        raise ImportFailed(path, place.line, f"the column {twice[0]!r} stands twice in the header")
    return Table(path, tuple(header), _rows(header, records))


def _rows(header: list[str], records: Iterator[tuple[Place, list[str]]]) -> Iterator[Row]:
    for place, cells in records:
        if len(cells) != len(header):
            fields = counted(len(cells), "field")
            problem = f"the record has {fields} where the header names {len(header)}"
            raise ImportFailed(place.path, place.line, problem)
        yield Row(place, dict(zip(header, cells, strict=True)))


def _records(path: Path) -> Iterator[tuple[Place, list[str]]]:
    """Records as lists of cells; blank lines are passed over."""
    csv.field_size_limit(max(csv.field_size_limit(), MAX_LINE))
    lines = _BoundedLines(path)
    reader = csv.reader(lines, strict=True)
    while True:
        lines.begin_record()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise ImportFailed(path, lines.record_line, _explained(error)) from error
        if cells:
            yield Place(path, lines.record_line), cells


class _BoundedLines:
    """Lines for the CSV reader, which remember where a record began and how long it grew.

    A quote that is never closed would otherwise gather the rest of the file into one field.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines = read_lines(path)
        self._number = 0
        self._size = 0
        self.record_line = 1

    def begin_record(self) -> None:
        self.record_line, self._size = self._number + 1, 0

    def __iter__(self) -> _BoundedLines:
        return self

    def __next__(self) -> str:
        self._number, text, _ = next(self._lines)
        self._size += len(text)
        if self._size > MAX_LINE:
            problem = f"the record is longer than {MAX_LINE:,} characters; is a quote left open?"
            raise ImportFailed(self._path, self.record_line, problem)
        return text


def _explained(error: csv.Error) -> str:
    if "unexpected end of data" in str(error):
        return "a quote that is opened in this record is never closed"
    return f"is not valid CSV: {error}"
