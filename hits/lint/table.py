"""The data of a batch: a CSV whose columns fill a template's placeholders, one page a row."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from db.errors import UsageError
from db.words import counted

LARGEST_CELL = 2**31 - 1


@dataclass(frozen=True)
class Row:
    """One row; `number` is its place in the file, the header being row 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Columns by name, and rows with as many cells."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def column(self, name: str) -> list[tuple[int, str]]:
        """Row number and cell of each row."""
        place = self.columns.index(name)
        return [(row.number, row.cells[place]) for row in self.rows]


def read_table(path: Path) -> Table:
    """A CSV in UTF-8 with a header; UsageError names the row that cannot be read."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise UsageError(f"there is no file {str(path)!r}; --csv names the batch's data") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not text in UTF-8 ({error}); save it as CSV UTF-8") from error
    lines = _lines(path, text)
    header = tuple(lines[0].cells) if lines else ()
    if len(lines) < 2 or len(set(header)) < len(header):
        raise UsageError(f"{path} needs rows, and a header that names each column once")
    for row in lines[1:]:
        if len(row.cells) != len(header):
            raise UsageError(
                f"{path}, row {row.number}: {counted(len(row.cells), 'cell')}, "
                f"where the header has {len(header)}"
            )
    return Table(path.name, header, tuple(lines[1:]))


def _lines(path: Path, text: str) -> list[Row]:
    limit = csv.field_size_limit(LARGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return [Row(number, tuple(cells)) for number, cells in enumerate(reader, 1) if cells]
    except csv.Error as error:
        raise UsageError(f"{path}, line {reader.line_num}: {error}") from error
    finally:
        csv.field_size_limit(limit)
