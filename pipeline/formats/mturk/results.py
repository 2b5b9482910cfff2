"""The rows of a results file, with what a crowd-form sent opened into columns of its own.

A crowd-form sends all answers of a page in one column, `taskAnswers`: a JSON array of one object.
Its fields become columns `Answer.NAME`, as if the page had sent them one by one. A value that is
no string stays JSON: `{"yes": true, "no": false}` is read by the kind of question it answers.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.errors import DataError, ImportFailed
from pipeline.formats import personal
from pipeline.formats.objects import parse
from pipeline.formats.place import Place
from pipeline.formats.table import Row, Table, read_table

INPUT, ANSWER = "Input.", "Answer."
CROWD_FORM = ("Answer.taskAnswers", "taskAnswers")
HALF = re.compile(r"[\ud800-\udfff]")
NO_FORM = "taskAnswers is no JSON array of one object"


@dataclass(frozen=True)
class Submission:
    """One row: column → cell. `raw` holds the answers as they stood in the file.

    `fault` says why nothing of the row's answers can be read, None where it can.
    """

    place: Place
    cells: dict[str, str]
    raw: str
    fault: str | None = None


@dataclass(frozen=True)
class Results:
    """A results file: its columns and its rows."""

    path: Path
    header: tuple[str, ...]
    rows: tuple[Submission, ...]

    @property
    def inputs(self) -> tuple[str, ...]:
        """What the pages were given, without what names people."""
        return self._columns(INPUT)

    @property
    def answers(self) -> tuple[str, ...]:
        """What the pages sent back, without what names people."""
        return self._columns(ANSWER)

    def _columns(self, beginning: str) -> tuple[str, ...]:
        found = (name for name in self.header if name.startswith(beginning))
        return tuple(name for name in found if not is_personal(name))

    def column(self, name: str) -> list[str]:
        """The cells of a column without blanks around them; faulty rows are left out."""
        return [row.cells[name].strip() for row in self.rows if row.fault is None]


def read_results(path: Path) -> Results:
    """Every row of the file. A fault of the CSV itself is an `ImportFailed`."""
    table = read_table(path)
    rows = tuple(table.rows)
    forms = [name for name in CROWD_FORM if name in table.header]
    sent = [name for name in table.header if name.startswith(ANSWER) or name in forms]
    sent = [name for name in sent if not is_personal(name)]
    if not forms:
        plain = tuple(Submission(r.place, r.cells, _raw(r, sent)) for r in rows)
        return Results(path, table.header, plain)
    return _opened(table, rows, forms[0], sent)


def is_personal(column: str) -> bool:
    """Whether a column by its name holds ids of people, wherever it stands."""
    return personal.is_personal(column.rpartition(".")[2])


def _raw(row: Row, sent: list[str]) -> str:
    return json.dumps({name: row.cells[name] for name in sent})


def _opened(table: Table, rows: tuple[Row, ...], form: str, sent: list[str]) -> Results:
    """The file with the column `form` replaced by a column for each of its fields."""
    fields = [_fields(row.cells[form]) for row in rows]
    names = [f"{ANSWER}{name}" for one in fields for name in one or {}]
    kept = tuple(name for name in table.header if name != form)
    header = (*kept, *dict.fromkeys(names))
    twice = sorted(set(names) & set(kept))
    if twice:
        problem = f"the column {twice[0]!r} is also a field of {form}; rename one of the two"
        raise ImportFailed(table.path, 1, problem)
    opened = []
    for row, found in zip(rows, fields, strict=True):
        own = {f"{ANSWER}{name}": value for name, value in (found or {}).items()}
        cells = {name: row.cells.get(name, own.get(name, "")) for name in header}
        fault = NO_FORM if found is None else None
        # A form in which a page wrote who answers is kept as its fields, without that one.
        whole = found is None or not any(is_personal(name) for name in found)
        shown = {n: v for n, v in (found or {}).items() if not is_personal(n)}
        raw = _raw(row, sent) if whole else json.dumps({form: shown})
        opened.append(Submission(row.place, cells, raw, fault))
    return Results(table.path, header, tuple(opened))


def _fields(cell: str) -> dict[str, str] | None:
    """The fields of a crowd-form as cells; None where it is none, or a name is half a character."""
    try:
        sent = parse(cell)
    except DataError:
        return None
    if not isinstance(sent, list) or len(sent) != 1 or not isinstance(sent[0], dict):
        return None
    if any(HALF.search(name) for name in sent[0]):
        return None
    return {name: _cell(value) for name, value in sent[0].items()}


def _cell(value: Any) -> str:
    """A field's value as a cell: null is blank, a string itself, anything else JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
