"""CSV with a header: every record is a row of features that people see as a table.

Every column is a feature, in the order of the file, but `label` and `split` (or the columns that
the read options name for them) and columns of worker ids, which are left out and named. A column
of which every cell is a number holds numbers, any other holds words. What looks like a number but
would not come back as it was is none: a leading zero (`007`), more than 15 digits. An empty cell
under a feature is an error; under `label` or `split` it says nothing.
"""

from __future__ import annotations

import math
import re
from pathlib import Path

from db.errors import ImportFailed
from db.records import Instance
from pipeline.formats.base import Imported, Reading, ReadOptions, in_one
from pipeline.formats.fields import check_label
from pipeline.formats.instances import Description, row_instance
from pipeline.formats.options import refuse_options
from pipeline.formats.personal import is_personal, left_out
from pipeline.formats.place import at
from pipeline.formats.table import Row, Table, read_table
from pipeline.formats.unique import Distinct

UNUSED = ("text", "text_pair", "rationale")
NUMBER = re.compile(r"[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
MAX_DIGITS = 15
"""What a double holds for certain; longer numbers are rather somebody's ids."""


def read(path: Path, options: ReadOptions) -> Reading:
    """Every record of the file; one that cannot be read fails the whole import."""
    refuse_options(options, UNUSED, "rows")
    table = read_table(path)
    roles = _roles(table, options)
    features = _features(table, roles)
    rows = [_checked(row, features) for row in table.rows]
    if not rows:
        raise ImportFailed(path, None, "holds no records")
    numbers = {name for name in features if all(is_number(row.cells[name]) for row in rows)}
    found = Distinct("row", "record")
    for row in rows:
        values = {n: float(row.cells[n]) if n in numbers else row.cells[n] for n in features}
        with at(row.place):
            found.add(_instance(row, values, roles, options), f"line {row.place.line}")
    notes = (*left_out(table, roles.values()), *found.notes)
    return in_one(Imported(found.instances, notes=notes))


def is_number(cell: str) -> bool:
    """Whether a cell is a finite decimal number that a double gives back as it was."""
    text = cell.strip()
    if not NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        return False
    return len(re.sub(r"[eE].*|\D", "", text).strip("0")) <= MAX_DIGITS


def _roles(table: Table, options: ReadOptions) -> dict[str, str]:
    """Role → column: named by the user, or there under our name."""
    roles = {}
    for role, name in (("label", options.label), ("split", options.split)):
        if name is not None:
            roles[role] = table.require(name)
    for role in ("label", "split"):
        if role not in roles and role in table.header and role not in roles.values():
            roles[role] = role
    return roles


def _features(table: Table, roles: dict[str, str]) -> list[str]:
    """The columns that are features, of which there is at least one, each with a name."""
    for number, name in enumerate(table.header, start=1):
        if not name.strip():
            problem = f"column {number} has no name; name it, or remove it from the file"
            raise ImportFailed(table.path, 1, problem)
    names = [c for c in table.header if c not in roles.values() and not is_personal(c)]
    if not names:
        there = ", ".join(map(repr, table.header))
        raise ImportFailed(table.path, 1, f"there is no column of features, only: {there}")
    return names


def _checked(row: Row, features: list[str]) -> Row:
    for name in features:
        if not row.cells[name].strip():
            raise ImportFailed(
                row.place.path,
                row.place.line,
                f"the cell under {name!r} is empty; write what people are to read there "
                '("unknown"), or remove the record',
            )
    return row


def _instance(
    row: Row, values: dict[str, str | float], roles: dict[str, str], options: ReadOptions
) -> Instance:
    said = {role: row.cells[column] or None for role, column in roles.items()}
    about: Description = {
        "label": check_label(said.get("label"), options.labels),
        "split": said.get("split"),
    }
    return row_instance(values, about)
