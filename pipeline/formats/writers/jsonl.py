"""JSON lines, one instance an object: everything that is known of texts and pairs.

The fields are those that the jsonl reader takes, and `human` and `models` besides.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from pipeline.formats.writers.base import Record, Written
from pipeline.formats.writers.checked import Passing
from pipeline.formats.writers.rows import Row, row_of
from pipeline.formats.writers.whole import new_file


def write(records: Iterable[Record], path: Path) -> Written:
    """One line a record, in their order; see `Writer`."""
    passing = Passing(("text", "pair"), answers=True)
    with new_file(path) as file:
        for record in passing.through(records):
            file.write(line(row_of(record)))
        return passing.written()


def line(row: Row) -> bytes:
    """A JSON object in one line: characters as they are, half characters as escapes."""
    try:
        return json.dumps(row, ensure_ascii=False, allow_nan=False).encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(row, allow_nan=False).encode() + b"\n"
