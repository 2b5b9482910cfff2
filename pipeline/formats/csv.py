"""CSV with a header: one instance a record.

The column `text` is required; `label`, `split`, `text_pair` and `rationale` are read where they
exist, or under the names that the read options give. Every other column becomes an attribute of the
instance. An empty cell under `label` or `split` says nothing; under `text` or `text_pair` it is an
error. A cell under `rationale` holds a JSON list of half-open character spans [[start, end], …], as
in the jsonl format; an empty cell says that nobody was asked.

A column of worker ids with another name (WorkerId, worker_id) is left out and named: an attribute
is no place for what identifies people.

The column `worker` names who marked, and `worker_label` the label that this person gave; records
of one text are then its annotations. `annotation`, a number or name, keeps two records apart that
say the same of a text and name nobody. `rationale_pair` holds the spans of the second text.
`worker_answers` holds a JSON list of answers to other questions (see `answers.py`), and `shown_item`,
`shown_condition`, `shown_presentation` and `shown_side` say what was put before the person.

A record that repeats an earlier one in all but its attributes is dropped and counted.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from db.errors import DataError
from db.records import Instance
from pipeline.formats.answers import Questions, shown
from pipeline.formats.base import Reading, ReadOptions
from pipeline.formats.fields import as_spans, check_label
from pipeline.formats.gather import Gathering
from pipeline.formats.instances import Description, Offsets, pair_instance, text_instance
from pipeline.formats.objects import fingerprint, parse
from pipeline.formats.personal import is_personal, left_out
from pipeline.formats.table import Row, Table, read_table
from pipeline.formats.tokens import check_span, covered

OPTIONAL = ("text_pair", "label", "split", "rationale")
ANSWERS = "worker_answers"
RAW = ("rationale", "rationale_pair", "worker_label", ANSWERS)
PEOPLE = (
    *("annotation", "rationale_pair", "worker", "worker_label", ANSWERS),
    *("shown_item", "shown_condition", "shown_presentation", "shown_side"),
)


def read(path: Path, options: ReadOptions) -> Reading:
    """Every record of the file; one that cannot be read fails the whole import."""
    table = read_table(path)
    columns = _columns(table, options)
    gathering = Gathering(path, options)
    questions = Questions()
    yield from gathering.pieces(table.rows, partial(_take, columns, gathering, questions))
    return questions.told(gathering.summary(left_out(table, columns.values())))


def _columns(table: Table, options: ReadOptions) -> dict[str, str]:
    """Role → column: named by the user or by us, and there."""
    columns = {"text": table.require(options.text or "text")}
    for role in OPTIONAL:
        name = getattr(options, role)
        if name is not None:
            columns[role] = table.require(name)
        elif role in table.header and role not in columns.values():
            columns[role] = role
    free = (role for role in PEOPLE if role in table.header and role not in columns.values())
    return columns | {role: role for role in free}


def _take(columns: dict[str, str], gathering: Gathering, questions: Questions, row: Row) -> None:
    cells = {role: row.cells[column] for role, column in columns.items()}
    others = {k: v for k, v in row.cells.items() if k not in columns.values()}
    attributes = {k: v for k, v in others.items() if not is_personal(k)}
    instance = _instance(cells, attributes)
    gathering.add(row.place, instance)
    if gathering.once(fingerprint(cells)):
        _annotate(row, cells, instance, gathering, questions)


def _instance(cells: dict[str, str], attributes: dict[str, str]) -> Instance:
    about: Description = {
        "label": cells.get("label") or None,
        "split": cells.get("split") or None,
        "attributes": attributes,
    }
    if "text_pair" in cells:
        return pair_instance(cells["text"], cells["text_pair"], about)
    return text_instance(cells["text"], about)


def _annotate(
    row: Row,
    cells: dict[str, str],
    instance: Instance,
    gathering: Gathering,
    questions: Questions,
) -> None:
    """Keep what a record says of its instance as one annotation, by `worker` where there is one."""
    first = _marks(cells, "rationale", instance.text, instance.offsets)
    second = _second(cells, instance)
    known = cells.get("worker_label") if "worker_label" in cells else instance.label
    answers = cells.get(ANSWERS, "").strip()
    if first is None and second is None and not cells.get("worker_label") and not answers:
        return
    values: dict[str, Any] = {"label": check_label(known, gathering.labels)} if known else {}
    if first is not None or second is not None:
        values["marks"] = (first or []) + [len(instance.offsets) + p for p in second or []]
    values |= questions.take(parse(answers) if answers else None, ANSWERS)
    questions.note(values)
    said = {role: cells[role] for role in RAW if role in cells}
    raw = said["rationale"] if said.keys() == {"rationale"} else json.dumps(said)
    worker = cells.get("worker", "").strip() or None
    gathering.annotate(row.place, instance.id, values, raw, worker, shown(cells, "shown_"))


def _second(cells: dict[str, str], instance: Instance) -> list[int] | None:
    """The marks of `rationale_pair`, which needs a second text."""
    if instance.text_pair is None or instance.offsets_pair is None:
        if cells.get("rationale_pair", "").strip():
            raise DataError("there is a 'rationale_pair' and no 'text_pair'; give the second text")
        return None
    return _marks(cells, "rationale_pair", instance.text_pair, instance.offsets_pair)


def _marks(cells: dict[str, str], role: str, text: str, offsets: Offsets) -> list[int] | None:
    """The tokens that a cell of spans marks; None where it is empty: nobody was asked."""
    cell = cells.get(role, "")
    if not cell.strip():
        return None
    spans = as_spans(parse(cell), role)
    for start, end in spans:
        check_span(start, end, len(text))
    return covered(offsets, spans)
