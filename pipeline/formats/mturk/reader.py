"""Results files of Mechanical Turk, read as a mapping says: one row a submission.

Without a mapping the columns are guessed (`guess`); where that leaves a doubt nothing is imported.

A row is set aside and counted, with the reason, if it was rejected, if its worker had answered
for the same before, or if a cell of its answers is not what the mapping says it is: nothing is
coerced, and no half of a row is kept. Marks must be the tokens of the text. A blank cell is a
question that was not asked, or that nobody answered: it is no value, and the row's others stay.
A row that marks nothing is kept: it says that nothing deserved a mark.

Without a worker column nobody is known, and each row is a worker of its own.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from db.records import Instance
from pipeline.formats.base import Annotation, Part, Reading, ReadOptions
from pipeline.formats.gather import Gathering
from pipeline.formats.instances import Description, pair_instance, text_instance
from pipeline.formats.mturk.answers import read_parts, read_whole
from pipeline.formats.mturk.cells import Malformed
from pipeline.formats.mturk.choice import Chosen, mapping_of
from pipeline.formats.mturk.mapping import LABEL, MARKS, Mapping
from pipeline.formats.mturk.notes import notes_of
from pipeline.formats.mturk.results import ANSWER, INPUT, Results, Submission, read_results
from pipeline.formats.span_html import Alignment, align, parse_spans


def read(path: Path, options: ReadOptions) -> Reading:
    """Every row of the file; a fault in the file (not in an answer) fails the whole import."""
    results = read_results(path)
    return read_as(results, mapping_of(results, options), path, options)


def read_as(results: Results, chosen: Chosen, path: Path, options: ReadOptions) -> Reading:
    """Every row as the chosen mapping says, whose columns the results have."""
    reader = Reader(results, chosen.mapping, Gathering(path, options))
    yield from reader.gathering.pieces(results.rows, reader.take)
    return replace(
        reader.gathering.summary(),
        study="highlight" if MARKS in reader.said else "answers",
        notes=(*notes_of(reader.met, reader.rows_of, reader.first), *chosen.notes),
        # A question that nobody answered cannot be measured; a note has counted its blanks.
        questions={q: level for q, level in chosen.mapping.levels.items() if q in reader.said},
    )


@dataclass
class Reader:
    """The rows of one file on their way into annotations, and what was met on the way.

    `met` counts by what is worth a note; `rows_of` rows by instance; `first` has the line on
    which a reason to set a row aside was met first; `beside_of` what is known beside a unit;
    `said` are the questions that somebody answered.
    """

    results: Results
    mapping: Mapping
    gathering: Gathering
    met: Counter[tuple[str, str]] = field(default_factory=Counter)
    rows_of: Counter[str] = field(default_factory=Counter)
    first: dict[str, int] = field(default_factory=dict)
    answered: set[tuple[str, str, str]] = field(default_factory=set)
    beside_of: dict[tuple[str, str], MappingOf[str, Any]] = field(default_factory=dict)
    said: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Find out once which columns the file has."""
        used = {column for _, column in self.mapping.columns_named()}
        used |= {self.mapping.worker, self.mapping.status}
        named = self.mapping.instance.attributes
        free = tuple(name for name in self.results.inputs if name not in used)
        self.attributes = free if named is None else named
        header = self.results.header
        self.worker = self.mapping.worker if self.mapping.worker in header else None
        self.status = self.mapping.status if self.mapping.status in header else None

    def take(self, row: Submission) -> None:
        """Read one row: its instance, and what it says of it if all of that can be read."""
        instance = self._instance(row.cells)
        self.gathering.add(row.place, instance)
        self.rows_of[instance.id] += 1
        try:
            self.gathering.keep(self._annotation(row, instance))
        except Malformed as reason:
            self.gathering.skipped[str(reason)] += 1
            self.first.setdefault(str(reason), row.place.line)

    def _instance(self, cells: MappingOf[str, str]) -> Instance:
        made = self.mapping.instance
        about: Description = {
            "label": (cells[made.label] or None) if made.label else None,
            "split": (cells[made.split] or None) if made.split else None,
            "attributes": {n.removeprefix(INPUT): cells[n] for n in self.attributes},
        }
        text = made.join.join(cells[column] for column in made.text)
        if not made.text_pair:
            return text_instance(text, about)
        pair = made.join.join(cells[column] for column in made.text_pair)
        return pair_instance(text, pair, about)

    def _annotation(self, row: Submission, instance: Instance) -> Annotation:
        """What a row says; a reason to set it aside is raised as `Malformed`."""
        cells = row.cells
        worker = (cells[self.worker].strip() or None) if self.worker else None
        shown = {name: cells[column] for name, column in self.mapping.shown.items()}
        self._admit(row, (instance.id, json.dumps(shown), worker or ""))
        marks = self._marks(cells, instance)
        values = read_whole(cells, self.mapping)
        if marks is not None:
            values[MARKS] = marks.marks
        parts = read_parts(cells, self.mapping)
        if not values and not parts:
            raise Malformed("nothing was answered")
        if worker is not None:
            self.answered.add((instance.id, json.dumps(shown), worker))
        self._count(instance, marks, values, parts)
        line = row.place.line
        return Annotation(instance.id, worker, values, self._raw(row), line, shown, tuple(parts))

    def _raw(self, row: Submission) -> str:
        """The answers as they stood in the file, without who answered."""
        if self.worker is None or not self.worker.startswith(ANSWER):
            return row.raw
        kept = json.loads(row.raw)
        return json.dumps({name: cell for name, cell in kept.items() if name != self.worker})

    def _admit(self, row: Submission, who: tuple[str, str, str]) -> None:
        """Refuse a row for what it is, before its answers are read."""
        if self.status and row.cells[self.status] == "Rejected":
            raise Malformed("rejected by the requester")
        if who in self.answered:
            raise Malformed("the same worker had answered for the text before")
        if row.fault is not None:
            raise Malformed(row.fault)

    def _marks(self, cells: MappingOf[str, str], instance: Instance) -> Alignment | None:
        """The marks of a row among the tokens of its text; None where marks are not asked for."""
        question = self.mapping.questions.get(MARKS)
        if question is None:
            return None
        spans = parse_spans(cells[question.sources[0]])
        if not spans:
            raise Malformed("no marked-up text was sent back")
        found = align(spans, instance.tokens)
        if found is None:
            raise Malformed("the spans are not the tokens of the text")
        return found

    def _count(
        self,
        instance: Instance,
        marks: Alignment | None,
        values: MappingOf[str, Any],
        parts: list[Part],
    ) -> None:
        self.met["mark nothing", ""] += marks is not None and not marks.marks
        self.met["blank spans", ""] += marks is not None and marks.blanks > 0
        self.met["unescaped", ""] += marks is not None and marks.unescaped
        for part in parts:
            key = (instance.id, json.dumps(part.shown))
            self.met["beside", ""] += self.beside_of.setdefault(key, part.beside) != part.beside
        said = set(values).union(*(part.values for part in parts))
        self.said |= said
        for name in self.mapping.questions:
            self.met["not asked", name] += name not in said
        label = values.get(LABEL)
        if label is not None and label != self._unsure() and instance.label is not None:
            self.met["answered", ""] += 1
            self.met["agree", ""] += label == instance.label

    def _unsure(self) -> Any:
        """The value of the label question that stands for not knowing."""
        return self.mapping.questions[LABEL].values.get("idk", "unsure")
