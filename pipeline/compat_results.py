"""An ERASER folder and a result file, laid side by side as the presets take them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from analysis.alignment.compat.base import (
    Classes,
    CompatInput,
    Removed,
    Soft,
    SpanTable,
    Thresholded,
)
from analysis.arrays import Ints
from db.errors import DataError, ImportFailed, NotFound
from db.ragged import Ragged
from db.words import counted
from pipeline.formats import fields as check
from pipeline.formats.documents import Sentences, open_sentences
from pipeline.formats.eraser_entries import Entry, read_entries
from pipeline.formats.eraser_results import Predicted, Result, read_results
from pipeline.formats.place import at

Key = tuple[str, str]
"""Annotation and document."""
Rows = list[tuple[int, int, int]]
"""Document, start, end."""


def of_results(folder: Path, results: Path, split: str) -> tuple[CompatInput, dict[str, int]]:
    """The annotations of a split and the results for them; and what had no counterpart, counted."""
    entries = [entry for entry in read_entries(folder) if entry.split == split]
    if not entries:
        raise NotFound(f"{folder} has no annotation in split {split!r}; name another with --split")
    found = read_results(results)
    _unique(entries)
    sheet = _Sheet(open_sentences(folder))
    for entry in entries:
        with at(entry.place):
            sheet.annotation(entry)
    for result in found:
        with at(result.place):
            sheet.result(result)
    names = {entry.name for entry in entries}
    counted = {
        "results for an annotation that the split does not have": sum(
            result.name not in names for result in found
        ),
        "annotations without a result": len(names - {result.name for result in found}),
    }
    return sheet.given(results, entries, found), {k: n for k, n in counted.items() if n}


def _unique(entries: Sequence[Entry]) -> None:
    """An annotation id stands for one annotation of the split."""
    places: dict[str, Entry] = {}
    for entry in entries:
        before = places.setdefault(entry.name, entry)
        if before is not entry:
            with at(entry.place):
                raise DataError(
                    f"annotation {entry.name!r} stands on {before.place.seen_from(entry.place)} "
                    "too; ids must be unique"
                )


@dataclass
class _Sheet:
    """Documents numbered as they are met, and everything that is said of them."""

    sentences: Sentences
    number: dict[Key, int] = field(default_factory=dict)
    shapes: list[list[int]] = field(default_factory=list)
    annotated: list[int] = field(default_factory=list)
    truth: Rows = field(default_factory=list)
    truth_sentences: Rows = field(default_factory=list)
    hard: Rows = field(default_factory=list)
    scored: dict[str, list[tuple[int, Sequence[float]]]] = field(
        default_factory=lambda: {"soft": [], "sentences": []}
    )

    def document(self, annotation: str, docid: str, *, annotated: bool) -> int:
        """The number of a document; one that the folder does not hold is a `DataError`."""
        key = annotation, docid
        if key not in self.number:
            self.shapes.append(self.sentences(docid))
            self.number[key] = len(self.annotated)
            self.annotated.append(int(annotated))
        return self.number[key]

    def annotation(self, entry: Entry) -> None:
        """Its evidence, each group's pieces one by one."""
        raws = (raw for group in entry.record["evidences"] for raw in group)
        for piece, raw in zip(entry.evidence, raws, strict=True):
            if piece.start < 0 or piece.end < piece.start:
                raise DataError(f"evidence [{piece.start}, {piece.end}] is negative or reversed")
            place = self.document(entry.name, piece.docid, annotated=True)
            self.truth.append((place, piece.start, piece.end))
            self.truth_sentences += _sentences(raw, place, len(self.shapes[place]))
        if not entry.evidence and len(entry.docids) == 1:
            (docid,) = entry.docids
            if self.sentences.knows(docid):
                self.document(entry.name, docid, annotated=True)

    def result(self, result: Result) -> None:
        """Its predictions, checked against the documents."""
        for one in result.rationales:
            place = self.document(result.name, one.docid, annotated=False)
            shape = self.shapes[place]
            _check(one, shape)
            self.hard += [(place, start, end) for start, end in one.hard or ()]
            for name, scores in (("soft", one.soft), ("sentences", one.sentences)):
                if scores is not None:
                    self.scored[name].append((place, scores))

    def given(self, path: Path, entries: list[Entry], results: list[Result]) -> CompatInput:
        """Everything as arrays."""
        lengths = np.array([sum(shape) for shape in self.shapes], dtype=np.int64)
        sentences = np.array([len(shape) for shape in self.shapes], dtype=np.int64)
        predicted = [one for result in results for one in result.rationales]
        truth = table(self.truth)
        return CompatInput(
            path.stem,
            lengths,
            np.array(self.annotated, dtype=np.int64),
            truth,
            _votes(truth, lengths),
            table(self.hard) if any(one.hard is not None for one in predicted) else None,
            not (results[0].rationales and results[0].rationales[0].hard),
            self._soft(path, "soft", truth, lengths, results),
            self._soft(path, "sentences", table(self.truth_sentences), sentences, results),
            _task(entries, results),
        )

    def _soft(
        self, path: Path, name: str, truth: SpanTable, lengths: Ints, results: list[Result]
    ) -> Soft | None:
        rows = self.scored[name]
        if not rows:
            return None
        field = {"soft": "soft_rationale_predictions"}.get(name, "soft_sentence_predictions")
        n = sum(len(result.rationales) for result in results)
        if len(rows) != n:
            have = "has" if len(rows) == 1 else "have"
            problem = f"{len(rows)} of {counted(n, 'rationale')} {have} {field!r}; all or none must"
            raise ImportFailed(path, None, problem)
        _all_have_rationales(results, field)
        document = np.array([place for place, _ in rows], dtype=np.int64)
        scores = Ragged.from_rows((s for _, s in rows), dtype="float64")
        return Soft(document, scores, truth, lengths)


def _all_have_rationales(results: list[Result], field: str) -> None:
    """Where rationales have scores, a line without any rationale lacks them: the scorer refuses."""
    for result in results:
        if not result.rationales:
            with at(result.place):
                raise DataError(
                    f"annotation {result.name!r} has no rationales and so no {field!r}, which other "
                    "lines have; all or none must"
                )


def table(rows: Rows) -> SpanTable:
    """Spans as columns."""
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return SpanTable(*columns)


def _sentences(raw: dict[str, Any], place: int, n: int) -> Rows:
    """Evidence in sentences; −1 and −1 where the data have none.

    Of a range that only starts below 0 the scorer counts these places from the document's end, so
    that −1 to 2 marks the last of the `n` sentences and the first two.
    """
    start, end = (
        check.as_whole_number(raw.get(name, -1), name)
        for name in ("start_sentence", "end_sentence")
    )
    if start >= 0 or end <= start:
        return [] if start < 0 else [(place, start, end)]
    if n + start < 0:
        raise DataError(f"evidence starts at sentence {start} of {counted(n, 'sentence')}")
    return [(place, n + start, n + min(end, 0)), (place, 0, max(end, 0))]


def _check(one: Predicted, shape: list[int]) -> None:
    length = sum(shape)
    for start, end in one.hard or ():
        if end > length:
            raise DataError(
                f"predicted span [{start}, {end}] ends beyond document {one.docid!r} of "
                f"{counted(length, 'token')}"
            )
    for scores, n, what in (
        (one.soft, length, "token"),
        (one.sentences, len(shape), "sentence"),
    ):
        if scores is not None and len(scores) != n:
            raise DataError(
                f"{counted(len(scores), 'score')} for document {one.docid!r} of {counted(n, what)}"
            )


def _votes(truth: SpanTable, lengths: Ints) -> Ragged:
    """1 for a token in evidence, 0 for another; what lies past the end is left out."""
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    limit = lengths[truth.document]
    change = np.zeros(int(offsets[-1]) + 1)
    np.add.at(change, offsets[truth.document] + np.minimum(truth.start, limit), 1)
    np.add.at(change, offsets[truth.document] + np.minimum(truth.end, limit), -1)
    return Ragged((np.cumsum(change)[:-1] > 0).astype(np.float64), offsets)


def _task(entries: list[Entry], results: list[Result]) -> Classes | None:
    """Labels and probabilities, where the results have them."""
    if results[0].full is None:
        return None
    said = {result.name: result.label for result in results}
    full = [dict(result.full or {}) for result in results]
    return Classes(
        tuple(str(entry.label) for entry in entries),
        tuple(said.get(entry.name) for entry in entries),
        _ragged(one.values() for one in full),
        np.array([list(one).index(str(r.label)) for one, r in zip(full, results, strict=True)]),
        _removed(results, "without"),
        _removed(results, "only"),
        _thresholded(results),
    )


def _removed(results: list[Result], name: str) -> Removed | None:
    given = [getattr(result, name) for result in results]
    if given[0] is None:
        return None
    aligned = ([p[k] for k in r.full or ()] for p, r in zip(given, results, strict=True))
    return Removed(_ragged(p.values() for p in given), _ragged(aligned))


def _thresholded(results: list[Result]) -> Thresholded | None:
    if results[0].shares is None:
        return None
    thresholds = np.array([share.threshold for share in results[0].shares])
    without, only = (
        np.array([[getattr(s, name)[r.label] for s in r.shares or ()] for r in results], np.float64)
        for name in ("without", "only")
    )
    return Thresholded(thresholds, without, only)


def _ragged(rows: Iterable[Iterable[float]]) -> Ragged:
    return Ragged.from_rows((list(row) for row in rows), dtype="float64")
