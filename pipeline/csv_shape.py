"""Whether every record of a CSV file has as many fields as its header names."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from db.errors import DataError
from db.words import counted

LONGEST = 2**31 - 1
"""Characters in one cell; the csv module's own limit of 131,072 is no limit of ours."""
OTHERS = {";": "semicolons", "\t": "tabs"}


def check_shape(path: Path) -> None:
    """Refuse a record that is longer or shorter than the header, and a name that stands twice.

    Blank lines are passed over, as pandas does; an empty file is left to the reader.
    """
    csv.field_size_limit(LONGEST)
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        try:
            header = next((row for row in reader if row), [])
            _check_header(path, header)
            line = reader.line_num
            for row in reader:
                if len(row) != len(header) and any(cell.strip() for cell in row or [""]):
                    raise DataError(
                        f"{path}, line {line + 1}: the record has {counted(len(row), 'field')} "
                        f"where the header names {len(header)}; mend that line"
                    )
                line = reader.line_num
        except csv.Error as error:
            raise DataError(f"{path}, line {reader.line_num}: is not valid CSV: {error}") from error


def _check_header(path: Path, header: list[str]) -> None:
    if len(header) == 1:
        for sign, words in OTHERS.items():
            if sign in header[0]:
                raise DataError(f"{path} seems to be separated by {words}; separate it by commas")
    twice = [name for name, count in Counter(header).items() if count > 1 and name]
    if twice:
        raise DataError(f"{path}, line 1: the column {twice[0]!r} stands twice in the header")
