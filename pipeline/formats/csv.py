"""CSV with a header: one instance a record.

The column `text` is required; `label`, `split`, `text_pair` and `rationale` are read where they
exist, or under the names that the read options give. Every other column becomes an attribute of the
instance. An empty cell under `label` or `split` says nothing; under `text` or `text_pair` it is an
error. A cell under `rationale` holds a JSON list of half-open character spans [[start, end], …], as
in the jsonl format; an empty cell says that nobody was asked.

A column of worker ids (WorkerId, worker_id) is left out and named: an attribute is no place for
what identifies people. Results of a study with several answers a text are read by the mturk format,
or by jsonl with `annotations`.

A record that repeats an earlier one in all but its attributes is dropped and counted.
"""

from __future__ import annotations

from pathlib import Path

from db.records import Instance
from pipeline.formats.base import Imported, ReadOptions
from pipeline.formats.fields import as_spans
from pipeline.formats.gather import Gathering
from pipeline.formats.instances import Description, pair_instance, text_instance
from pipeline.formats.objects import fingerprint, parse
from pipeline.formats.personal import is_personal, left_out
from pipeline.formats.place import at
from pipeline.formats.table import Row, Table, read_table
from pipeline.formats.tokens import check_span, covered

OPTIONAL = ("text_pair", "label", "split", "rationale")


def read(path: Path, options: ReadOptions) -> Imported:
    """Every record of the file; one that cannot be read fails the whole import."""
    table = read_table(path)
    columns = _columns(table, options)
    gathering = Gathering(path, options)
    for row in table.rows:
        with at(row.place):
            _take(row, columns, gathering)
    return gathering.result(gathering.workers(), left_out(table, columns.values()))


def _columns(table: Table, options: ReadOptions) -> dict[str, str]:
    """Role → column: named by the user or by us, and there."""
    columns = {"text": table.require(options.text or "text")}
    for role in OPTIONAL:
        name = getattr(options, role)
        if name is not None:
            columns[role] = table.require(name)
        elif role in table.header and role not in columns.values():
            columns[role] = role
    return columns


def _take(row: Row, columns: dict[str, str], gathering: Gathering) -> None:
    cells = {role: row.cells[column] for role, column in columns.items()}
    others = {k: v for k, v in row.cells.items() if k not in columns.values()}
    attributes = {k: v for k, v in others.items() if not is_personal(k)}
    instance = _instance(cells, attributes)
    gathering.add(row.place, instance)
    if gathering.once(fingerprint(cells)):
        _annotate(row, cells.get("rationale", ""), instance, gathering)


def _instance(cells: dict[str, str], attributes: dict[str, str]) -> Instance:
    about: Description = {
        "label": cells.get("label") or None,
        "split": cells.get("split") or None,
        "attributes": attributes,
    }
    if "text_pair" in cells:
        return pair_instance(cells["text"], cells["text_pair"], about)
    return text_instance(cells["text"], about)


def _annotate(row: Row, cell: str, instance: Instance, gathering: Gathering) -> None:
    """Keep the rationale of a record as one annotation by nobody named."""
    if not cell.strip():
        return
    spans = as_spans(parse(cell), "rationale")
    for start, end in spans:
        check_span(start, end, len(instance.text))
    said = {} if instance.label is None else {"label": instance.label}
    values = said | {"marks": covered(instance.offsets, spans)}
    gathering.annotate(row.place, instance.id, values, cell)
