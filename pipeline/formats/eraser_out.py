"""ERASER folders and result files (DeYoung et al., ACL 2020), written so that its code reads them.

    write_eraser(records: Iterable[Record], path: Path, *, threshold: float = 0.5) -> Written
    write_eraser_results(
        records: Iterable[Record], path: Path, model: str, *, k: int | None = None
    ) -> Written

The first is a `Writer`: `train.jsonl`, `val.jsonl`, `test.jsonl` (those that have a record) and
`docs.jsonl`. The second writes what a model says of the same records. Texts and pairs alone; of a
pair the first text is the document and the second the query.

A document is the text as it is where ERASER's code would find the same tokens in it, else its
tokens with single spaces between (the instance that is read back is then another one; counted).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from db.errors import DataError, UsageError
from db.records import Instance
from pipeline.formats.documents import document_tokens
from pipeline.formats.tokens import Span
from pipeline.formats.writers.base import Record, Written
from pipeline.formats.writers.checked import Passing, check_text, plain
from pipeline.formats.writers.whole import new_file, new_folder

FILES = {None: "train", "train": "train", "validation": "val", "val": "val", "test": "test"}
"""Our name of a split → ERASER's file. Instances without a split go into train.jsonl."""

RESPACED = (
    "texts whose spaces are not ERASER's: their tokens were written with single spaces between"
)
SECOND = "marks or scores of tokens in a second text, which ERASER keeps as the query"


def write_eraser(records: Iterable[Record], path: Path, *, threshold: float = 0.5) -> Written:
    """Write a folder that must not exist yet.

    Evidence is the consensus where there is one: runs of tokens that more than `threshold` (0 to
    1) of the people marked, one group; else what each person marked, a group each. The label is
    the consensus's, else the instance's, else "". `annotation_id` is the instance's attribute
    of that name where it is free, else the instance's id, and the document is called the same.
    """
    passing, used = Passing(("text", "pair")), set[str]()
    with new_folder(path) as folder, (folder / "docs.jsonl").open("wb") as documents:
        files: dict[str, list[dict[str, Any]]] = {}
        for record in passing.through(records):
            name = _name(record.instance, used)
            text = _document(record.instance, passing)
            _line(documents, {"docid": name, "document": text})
            entry = _annotation(record, name, passing, threshold)
            files.setdefault(_file(record.instance), []).append(entry)
            passing.without(record, human=False)
        for split, entries in files.items():
            with (folder / f"{split}.jsonl").open("wb") as file:
                for entry in entries:
                    _line(file, entry)
        return passing.written()


def write_eraser_results(
    records: Iterable[Record], path: Path, model: str, *, k: int | None = None
) -> Written:
    """Write what `model` (a name in `Record.models`) says, to a file that must not exist yet.

    Soft predictions are its scores. Hard ones are its highest tokens, neighbours joined: `k` of
    them, by default as many as people marked in an instance on average (rounded, at least 1), as
    ERASER cuts continuous scores; of equal scores the first are taken. Records without scores of
    `model` are left out and counted. Names follow `write_eraser`, given the same records.
    """
    if k is not None and k < 1:
        raise UsageError(f"a map is cut at 1 token or more, not {k}")
    passing, used = Passing(("text", "pair")), set[str]()
    kept = [(record, _name(record.instance, used)) for record in passing.through(records)]
    cut = _mean_size([record for record, _ in kept]) if k is None else k
    with new_file(path) as file:
        for record, name in kept:
            _document(record.instance, Passing(("text", "pair")))
            if model not in record.models:
                passing.drop(f"instances without scores of {model!r}")
                continue
            scores = np.asarray(record.models[model])
            n = len(record.instance.offsets)
            passing.skipped[SECOND] += len(scores) > n
            _line(file, _result(name, scores[:n], cut))
        return passing.written()


def _result(name: str, scores: Any, k: int) -> dict[str, Any]:
    best = np.argsort(-scores, kind="stable")[:k]
    hard = [{"start_token": a, "end_token": b} for a, b in runs(sorted(best.tolist()))]
    soft = plain(scores)
    one = {"docid": name, "hard_rationale_predictions": hard, "soft_rationale_predictions": soft}
    return {"annotation_id": name, "rationales": [one]}


def _annotation(record: Record, name: str, passing: Passing, threshold: float) -> dict[str, Any]:
    instance = record.instance
    words = instance.tokens
    groups = [
        [
            {
                "docid": name,
                "start_token": start,
                "end_token": end,
                "start_sentence": -1,
                "end_sentence": -1,
                "text": " ".join(words[start:end]),
            }
            for start, end in runs(marks)
        ]
        for marks in _groups(record, passing, threshold)
    ]
    return {
        "annotation_id": name,
        "query": _query(instance),
        "query_type": instance.attributes.get("query_type"),
        "classification": _label(record),
        "docids": [name],
        "evidences": [group for group in groups if group],
    }


def _groups(record: Record, passing: Passing, threshold: float) -> Iterator[list[int]]:
    """Marked tokens of the document: of the crowd, or person by person."""
    n = len(record.instance.offsets)
    if record.human is not None:
        found = [np.flatnonzero(np.asarray(record.human.scores) > threshold).tolist()]
    else:
        found = [
            list(said.values["marks"]) for said in record.annotations if "marks" in said.values
        ]
    for marks in found:
        passing.skipped[SECOND] += any(mark >= n for mark in marks)
        yield [mark for mark in marks if mark < n]


def runs(marks: Sequence[int]) -> list[Span]:
    """Neighbouring positions as half-open spans; `marks` rise, each once."""
    spans: list[Span] = []
    for mark in marks:
        if spans and spans[-1][1] == mark:
            spans[-1] = (spans[-1][0], mark + 1)
        else:
            spans.append((mark, mark + 1))
    return spans


def _document(instance: Instance, passing: Passing) -> str:
    """The text, if ERASER's code counts our tokens in it, else the tokens spaced its way."""
    check_text({"text": instance.text, "text_pair": instance.text_pair}, instance)
    words = [instance.text[a:b] for a, b in instance.offsets.tolist()]
    spans = document_tokens(instance.text)
    # In docs.jsonl its code takes blank lines and further spaces for tokens as well.
    blanks = sum(len(line.strip().split(" ")) for line in instance.text.split("\n"))
    if spans == [tuple(s) for s in instance.offsets.tolist()] and blanks == len(spans):
        return instance.text
    text = " ".join(words)
    if [text[a:b] for a, b in document_tokens(text)] != words or "\n" in text or "\r" in text:
        raise DataError(
            f"instance {instance.id} has a token with a space or line end inside, or at its edge; "
            "ERASER cannot hold it: write another format"
        )
    passing.skipped[RESPACED] += 1
    return text


def _name(instance: Instance, used: set[str]) -> str:
    given = instance.attributes.get("annotation_id") or instance.id
    name = instance.id if given in used else given
    used.add(name)
    return name


def _file(instance: Instance) -> str:
    if instance.split not in FILES:
        raise DataError(
            f"instance {instance.id} is in split {instance.split!r}; ERASER knows train, "
            "validation and test"
        )
    return FILES[instance.split]


def _query(instance: Instance) -> str:
    return (
        instance.attributes.get("query", "") if instance.text_pair is None else instance.text_pair
    )


def _label(record: Record) -> str:
    crowd = record.human.label if record.human is not None else None
    return crowd or record.instance.label or ""


def _mean_size(records: Sequence[Record]) -> int:
    """Tokens that people marked in an instance on average, over those who were asked."""
    sizes = [len(marks) for record in records for marks in _groups(record, Passing(()), 0.5)]
    return max(1, round(float(np.mean(sizes)))) if sizes else 1


def _line(file: BinaryIO, fields: dict[str, Any]) -> None:
    file.write(json.dumps(fields, allow_nan=False).encode() + b"\n")
