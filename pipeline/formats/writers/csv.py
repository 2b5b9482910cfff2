"""CSV, one annotation a record: a text that nobody annotated has one record too.

    annotation, text, [text_pair,] label, split, worker, worker_label, rationale[, rationale_pair],
    shown_item, shown_condition, shown_presentation, shown_side, worker_answers

`annotation` counts the records. `rationale` holds spans of characters, one a run of marked tokens;
it is empty where nobody was asked, and [] where nothing was marked. `worker_answers` holds a JSON
list of answers to other questions, as the jsonl format has them. Texts and pairs do not mix: the
first record decides. Left out and counted are attributes, the consensus, rationales of models, and
texts whose tokens are not what whitespace parts; jsonl and parquet hold them.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import numpy as np

from db.errors import DataError
from db.records import Instance
from pipeline.formats.instances import Offsets
from pipeline.formats.tokens import Span, whitespace_offsets
from pipeline.formats.writers.base import Record, Said, Written
from pipeline.formats.writers.checked import Passing, check_text
from pipeline.formats.writers.rows import SHOWN, answers
from pipeline.formats.writers.whole import new_file

OTHER_TOKENS = "instances with tokens that are not what whitespace parts"
ATTRIBUTES = "instances whose attributes were left out"
NOBODY = Said(None, {})


def write(records: Iterable[Record], path: Path) -> Written:
    """One record an annotation, in their order; see `Writer`."""
    ahead = iter(records)
    first = next(ahead, None)
    if first is None:
        raise DataError("there is nothing to write")
    pair = first.instance.kind == "pair"
    passing = Passing(("pair",) if pair else ("text",), answers=True)
    with new_file(path) as file:
        lines = csv.writer(_Encoded(file), quoting=csv.QUOTE_ALL, lineterminator="\n")
        lines.writerow(_header(pair))
        written = (r for r in passing.through(chain([first], ahead)) if _fits(r, passing))
        number = 0
        for record in written:
            for said in record.annotations or (NOBODY,):
                number += 1
                lines.writerow(_cells(number, record.instance, said))
        return passing.written()


class _Encoded:
    """Takes text for a file of bytes."""

    def __init__(self, file: object) -> None:
        self._write = file.write  # type: ignore[attr-defined]

    def write(self, text: str) -> None:
        self._write(text.encode())


def _header(pair: bool) -> list[str]:
    people = ["label", "split", "worker", "worker_label", "rationale"]
    others = [*(f"shown_{name}" for name in SHOWN), "worker_answers"]
    if pair:
        return ["annotation", "text", "text_pair", *people, "rationale_pair", *others]
    return ["annotation", "text", *people, *others]


def _fits(record: Record, passing: Passing) -> bool:
    """Whether a CSV can hold the text; what it cannot hold of it is counted."""
    if not has_plain_tokens(record.instance):
        passing.drop(OTHER_TOKENS)
        return False
    passing.without(record)
    passing.skipped[ATTRIBUTES] += bool(record.instance.attributes)
    return True


def has_plain_tokens(instance: Instance) -> bool:
    """Whether the tokens of a text or pair are what whitespace parts."""
    second = instance.text_pair is None or _is_plain(instance.text_pair, instance.offsets_pair)
    return _is_plain(instance.text, instance.offsets) and second


def _is_plain(text: str, offsets: Offsets | None) -> bool:
    return offsets is not None and np.array_equal(offsets, whitespace_offsets(text))


def _cells(number: int, instance: Instance, said: Said) -> list[str]:
    marks = said.values.get("marks")
    first = len(instance.offsets)
    near = None if marks is None else [m for m in marks if m < first]
    cells = [str(number), instance.text, instance.label or "", instance.split or ""]
    cells += [said.worker or "", said.values.get("label") or "", _spans(near, instance.offsets)]
    others = _others(said)
    check_text({"text": "".join((*cells, *others))}, instance)
    if instance.text_pair is None or instance.offsets_pair is None:
        return [*cells, *others]
    check_text({"text_pair": instance.text_pair}, instance)
    far = None if marks is None else [m - first for m in marks if m >= first]
    cells.insert(2, instance.text_pair)
    return [*cells, _spans(far, instance.offsets_pair), *others]


def _others(said: Said) -> list[str]:
    """What was shown, and answers to other questions; "" where there are none."""
    found = answers(said)
    return [
        *(getattr(said, name) for name in SHOWN),
        json.dumps(found, ensure_ascii=False) if found else "",
    ]


def _spans(marks: list[int] | None, offsets: Offsets) -> str:
    """Marks as spans of characters; "" for marks that were not asked for."""
    return "" if marks is None else json.dumps(list(runs(marks, offsets)))


def runs(marks: Iterable[int], offsets: Offsets) -> Iterator[Span]:
    """Spans of characters, one for each run of neighbouring marked tokens; `marks` are sorted."""
    start = end = None
    for mark in marks:
        if end is not None and mark != end + 1:
            yield int(offsets[start, 0]), int(offsets[end, 1])
            start = None
        start, end = mark if start is None else start, mark
    if end is not None:
        yield int(offsets[start, 0]), int(offsets[end, 1])
