"""`konkyo align --compat`: people and a model on plain files, scored as a published protocol does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis.alignment.compat import COMPATS
from analysis.alignment.compat.base import (
    CompatInput,
    CompatScore,
    Preset,
    Soft,
    SpanTable,
)
from analysis.arrays import Ints
from analysis.marked import token_votes
from db.errors import NotFound, UsageError
from db.ragged import Ragged
from db.records import Marks
from pipeline.align import check_names, only
from pipeline.compat_results import of_results
from pipeline.formats import READERS
from pipeline.formats.base import Imported, Reader, ReadOptions, whole
from pipeline.formats.eraser_results import is_result_file
from pipeline.score_files import marks_of_file, scores_of_file

SPLITS = {"val": "validation"}
NO_EVIDENCE = "normal"
"""The label of HateXplain's posts that nobody had to explain, which its conversion passes over."""


@dataclass(frozen=True)
class Compared:
    """Scores under a protocol, model by model; notes of each; reason → what was left out."""

    of: str
    preset: str
    scores: tuple[CompatScore, ...]
    notes: tuple[str, ...]
    excluded: Mapping[str, int]


def align_as(
    name: str,
    human: Path,
    model: Path,
    format_name: str,
    *,
    split: str | None = None,
    k: str = "instance",
) -> Compared:
    """Score a model's file against people's by a published protocol, a name from `COMPATS`.

    `model` is a result file of ERASER's (with an ERASER folder as `human`) or JSON lines of scores.
    `split`: "test" by default for a result file, else all. `k`: "instance" leaves the protocol's own.
    """
    preset: Preset = COMPATS.load(name)
    kept = _k(k)
    if is_result_file(model):
        if format_name != "eraser":
            raise UsageError(
                f"{model} is a result file of ERASER's; give its folder as --human, and "
                "--format eraser"
            )
        wanted = split or "test"
        given, excluded = of_results(human, model, SPLITS.get(wanted, wanted))
        inputs = [given]
    else:
        reader: Reader = READERS.load(format_name)
        found = whole(reader(human, ReadOptions()))
        inputs, excluded = of_scores(human, model, found, split, plain=name != "hatexplain")
    results = [preset(one, kept) for one in inputs]
    told = [
        note if len(inputs) == 1 else f"{one.subject}: {note}"
        for one, result in zip(inputs, results, strict=True)
        for note in result.notes
    ]
    scores = tuple(score for result in results for score in result.scores)
    if not scores:
        told.append(f"{model.name} holds nothing that {name} scores")
    return Compared(
        f"{human.name} and {model.name}", name, scores, tuple(dict.fromkeys(told)), excluded
    )


def of_scores(
    human: Path, model: Path, found: Imported, split: str | None, *, plain: bool
) -> tuple[list[CompatInput], dict[str, int]]:
    """One input for each explainer in a file of scores; instances are the documents.

    Not `plain`: instances labelled "normal", and those without a label where others have one, are
    left out.
    """
    marks = marks_of_file(human, found)
    scores = scores_of_file(model, marks)
    check_names(model, scores)
    shared = set(marks.instance_ids).intersection(*scores.values())
    chosen, excluded = _chosen(marks, found, split, shared, plain=plain)
    if not chosen:
        raise NotFound(f"{model} has no scores for any text that {human} has marks of")
    marks = only(marks, chosen)
    votes = token_votes(marks)
    lengths = np.bincount(votes.instance, minlength=len(marks.instance_ids)).astype(np.int64)
    counted = Ragged(votes.marked, np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]))
    truth, documents = _spans(marks), np.arange(len(lengths), dtype=np.int64)
    inputs = []
    for name, values in scores.items():
        rows = Ragged.from_rows((values[i] for i in marks.instance_ids), dtype="float64")
        soft = Soft(documents, rows, truth)
        asked = np.ones(len(lengths), np.int64)
        inputs.append(CompatInput(name, lengths, asked, truth, counted, soft=soft))
    return inputs, excluded


def _chosen(
    marks: Marks, found: Imported, split: str | None, shared: set[str], *, plain: bool
) -> tuple[set[str], dict[str, int]]:
    """Instances to score, and how many are left out for which reason."""
    about = {instance.id: instance for instance in found.instances}
    inside = set(marks.instance_ids)
    if split is not None:
        inside = {i for i in inside if about[i].split == SPLITS.get(split, split)}
        if not inside:
            raise NotFound(f"no marked instance is in split {split!r}")
    scored = inside & shared
    normal, undecided = set[str](), set[str]()
    if not plain and any(instance.label is not None for instance in found.instances):
        normal = {i for i in scored if about[i].label == NO_EVIDENCE}
        undecided = {i for i in scored if about[i].label is None}
    counted = {
        "marked instance without scores of every explainer": len(inside - shared),
        f"instance labelled {NO_EVIDENCE!r}": len(normal),
        "instance without a label, where others have one": len(undecided),
    }
    return scored - normal - undecided, {reason: n for reason, n in counted.items() if n}


def _spans(marks: Marks) -> SpanTable:
    """Runs of marked tokens, person by person."""
    mask, row = marks.masks.values.astype(bool), marks.masks.row_ids
    before, after = np.zeros_like(mask), np.zeros_like(mask)
    before[1:] = mask[:-1] & (row[1:] == row[:-1])
    after[:-1] = mask[1:] & (row[1:] == row[:-1])
    first, last = np.flatnonzero(mask & ~before), np.flatnonzero(mask & ~after)
    return SpanTable(marks.instance[row[first]], _within(marks, first), _within(marks, last) + 1)


def _within(marks: Marks, place: Ints) -> Ints:
    return np.asarray(place - marks.masks.offsets[marks.masks.row_ids[place]])


def _k(text: str) -> int | None:
    """The whole number that --k names, None where it is left as it was."""
    if text in ("instance", "mean"):
        return None
    if not text.isdecimal() or int(text) < 1:
        raise UsageError(f"--compat takes --k as a whole number of tokens, 1 or more, not {text!r}")
    return int(text)
