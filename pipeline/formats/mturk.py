"""Results files of Mechanical Turk's highlighting pages: one row an answer.

    Input.text        the text, which is what makes rows belong together
    Input.label       the label of the data; other Input.* columns become attributes
    Answer.*          one column with a `<span>` a whitespace token, `class="active"` if marked;
                      and perhaps one with yes, no or idk, the answer to the label question
    WorkerId          who answered; without it nobody is known and each row is a worker of its own

The read options name other columns for text, label, split and (`rationale`) marks. `labels` gives
what yes, no and idk mean, in this order; without it yes is "1", no is "0", and idk is "unsure".
How often the answers agree with the label of the data is noted, so that a reversed order shows.

A row whose spans are not the tokens of its text is set aside and counted, as are rejected rows
and a second answer of the same worker. A row that marks nothing is kept: it says that nothing
deserved a mark. So is one that leaves the label question blank.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from db.records import Instance
from pipeline.formats.base import Imported, ReadOptions
from pipeline.formats.gather import Gathering
from pipeline.formats.instances import Description, text_instance
from pipeline.formats.mturk_layout import INPUT, Layout, find_layout, label_names
from pipeline.formats.place import at
from pipeline.formats.span_html import Alignment, align, parse_spans
from pipeline.formats.table import Row, read_table


def read(path: Path, options: ReadOptions) -> Imported:
    """Every row of the file; a fault in the file (not in an answer) fails the whole import."""
    table = read_table(path)
    rows = tuple(table.rows)
    layout = find_layout(table, rows, options)
    names = label_names(path, rows, layout, options.labels) if layout.question else {}
    reader = _Reader(Gathering(path, options), layout, names)
    for row in rows:
        with at(row.place):
            reader.take(row)
    return reader.gathering.result(reader.gathering.workers(), reader.notes())


@dataclass
class _Reader:
    """The rows of one file on their way into a `Gathering`, and what was met on the way."""

    gathering: Gathering
    layout: Layout
    names: dict[str, str]
    met: Counter[str] = field(default_factory=Counter)
    rows_of: Counter[str] = field(default_factory=Counter)

    def take(self, row: Row) -> None:
        """Read one row: its instance, and the answer if it can be used."""
        instance = self._instance(row)
        self.gathering.add(row.place, instance)
        self.rows_of[instance.id] += 1
        found = self._answer(row, instance)
        if isinstance(found, str):
            self.gathering.skipped[found] += 1
        else:
            self._annotate(row, instance, found)

    def _instance(self, row: Row) -> Instance:
        cells, layout = row.cells, self.layout
        about: Description = {
            "label": (cells[layout.label] or None) if layout.label else None,
            "split": (cells[layout.split] or None) if layout.split else None,
            "attributes": {n.removeprefix(INPUT): cells[n] for n in layout.attributes},
        }
        return text_instance(cells[layout.text], about)

    def _answer(self, row: Row, instance: Instance) -> Alignment | str:
        """The marks of a row among the tokens of its text, or why the row is set aside."""
        status = row.cells[self.layout.status] if self.layout.status else ""
        if status == "Rejected":
            return "rejected by the requester"
        if self.gathering.answered(instance.id, self._worker(row)):
            return "the same worker had answered for the text before"
        spans = parse_spans(row.cells[self.layout.marks])
        if not spans:
            return "no marked-up text was sent back"
        return align(spans, instance.tokens) or "the spans are not the tokens of the text"

    def _worker(self, row: Row) -> str | None:
        return (row.cells[self.layout.worker] or None) if self.layout.worker else None

    def _annotate(self, row: Row, instance: Instance, found: Alignment) -> None:
        values: dict[str, Any] = {"marks": found.marks}
        label = self._label(row)
        if label is not None:
            values["label"] = label
        self._count(instance, found, label)
        raw = json.dumps({name: row.cells[name] for name in self.layout.answers})
        self.gathering.annotate(row.place, instance.id, values, raw, self._worker(row))

    def _label(self, row: Row) -> str | None:
        """The label that the answer to the yes/no/idk question stands for."""
        if self.layout.question is None:
            return None
        return self.names.get(row.cells[self.layout.question].strip().lower())

    def _count(self, instance: Instance, found: Alignment, label: str | None) -> None:
        self.met["marks nothing"] += not found.marks
        self.met["blank spans"] += found.blanks > 0
        self.met["unescaped"] += found.unescaped
        self.met["no label"] += self.layout.question is not None and label is None
        sure = label is not None and label != self.names.get("idk")
        if sure and instance.label is not None:
            self.met["answered"] += 1
            self.met["agree"] += label == instance.label

    def notes(self) -> tuple[str, ...]:
        """What was met on the way, in words and counted."""
        met, sizes = self.met, Counter(self.rows_of.values())
        shape = ", ".join(f"{count} with {size}" for size, count in sorted(sizes.items()))
        notes = [f"{self.rows_of.total()} rows of {len(self.rows_of)} texts (rows a text: {shape})"]
        counts = {
            "rows mark nothing; they are kept": met["marks nothing"],
            "rows leave the label question blank; their marks are kept": met["no label"],
            "rows have blank spans, which were left out": met["blank spans"],
            "rows fit the text after its HTML escapes are read": met["unescaped"],
        }
        notes += [f"{count} {what}" for what, count in counts.items() if count]
        return (*notes, *self._agreement())

    def _agreement(self) -> tuple[str, ...]:
        """How often yes and no agree with the data, and a warning where they mostly do not."""
        agree, answered = self.met["agree"], self.met["answered"]
        if not answered:
            return ()
        doubt = "; is the order of the labels yes, no, idk?" if 2 * agree < answered else ""
        return (f"{agree} of {answered} answers agree with the label of the data{doubt}",)
