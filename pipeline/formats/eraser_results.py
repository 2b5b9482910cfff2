"""ERASER's result files: what a model predicted for each annotation, one JSON object a line.

    annotation_id, rationales: [{docid, hard_rationale_predictions: [{start_token, end_token}],
    soft_rationale_predictions, soft_sentence_predictions}], classification,
    classification_scores, comprehensiveness_classification_scores,
    sufficiency_classification_scores, thresholded_scores: [{threshold, …}]

Checked as ERASER's own scorer checks: ids once, fields on every line or on none, predicted spans of
a document apart from each other. Besides, a span must not be negative or reversed, a document stand
once in a line, and classes be the same wherever their probabilities are given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import Any

from db.errors import DataError, ImportFailed
from pipeline.formats import fields as check
from pipeline.formats.documents import as_id
from pipeline.formats.objects import Record, kind, read_objects
from pipeline.formats.place import Place, at
from pipeline.formats.tokens import Span

FULL = "classification_scores"
WITHOUT = "comprehensiveness_classification_scores"
ONLY = "sufficiency_classification_scores"
Probabilities = Mapping[str, float]


@dataclass(frozen=True)
class Predicted:
    """The rationale in one document; None where a field is not there. Spans are half-open."""

    docid: str
    hard: tuple[Span, ...] | None
    soft: tuple[float, ...] | None
    sentences: tuple[float, ...] | None


@dataclass(frozen=True)
class Share:
    """Probabilities after the top `threshold` of the tokens was removed, or only they were kept."""

    threshold: float
    without: Probabilities
    only: Probabilities


@dataclass(frozen=True)
class Result:
    """What a model predicted for one annotation."""

    place: Place
    name: str
    rationales: tuple[Predicted, ...]
    label: str | None = None
    full: Probabilities | None = None
    without: Probabilities | None = None
    only: Probabilities | None = None
    shares: tuple[Share, ...] | None = None


def is_result_file(path: Path) -> bool:
    """Whether the first object of a JSON lines file is a line of results."""
    first = next(read_objects(path), None)
    return first is not None and "annotation_id" in first.fields and "rationales" in first.fields


def read_results(path: Path) -> list[Result]:
    """Every line; a fault is an `ImportFailed` that names it. An empty file is one."""
    found: list[Result] = []
    places: dict[str, Place] = {}
    for record in read_objects(path):
        with at(record.place):
            result = _result(record)
            before = places.setdefault(result.name, record.place)
            if before != record.place:
                raise DataError(
                    f"annotation {result.name!r} has its results on {before.seen_from(record.place)} "
                    "too; keep one of them"
                )
            if found:
                _alike(found[0], result)
        found.append(result)
    if not found:
        raise ImportFailed(path, None, "holds no results")
    return found


def _result(record: Record) -> Result:
    place, fields = record
    name = as_id(check.required(fields, "annotation_id"))
    listed = check.as_list(check.required(fields, "rationales"), "rationales")
    rationales = tuple(_predicted(entry) for entry in listed)
    _once([one.docid for one in rationales], "document")
    label = check.optional_name(fields, "classification")
    full, without, only = (_probabilities(fields, field) for field in (FULL, WITHOUT, ONLY))
    shares = _shares(fields)
    result = Result(place, name, rationales, label, full, without, only, shares)
    _classes(result)
    return result


def _predicted(entry: Any) -> Predicted:
    if not isinstance(entry, dict):
        raise DataError(f"the field 'rationales' must hold objects, not {kind(entry)}")
    docid = as_id(check.required(entry, "docid"))
    soft = _scores(entry, "soft_rationale_predictions")
    return Predicted(docid, _spans(entry, docid), soft, _scores(entry, "soft_sentence_predictions"))


def _spans(entry: Mapping[str, Any], docid: str) -> tuple[Span, ...] | None:
    """Predicted spans: repeats are kept (they count once), overlaps are refused."""
    name = "hard_rationale_predictions"
    if entry.get(name) is None:
        return None
    spans = []
    for piece in check.as_list(entry[name], name):
        if not isinstance(piece, dict):
            raise DataError(f"the field {name!r} must hold objects, not {kind(piece)}")
        start, end = (
            check.as_whole_number(check.required(piece, part), part)
            for part in ("start_token", "end_token")
        )
        if start < 0 or end < start:
            raise DataError(f"predicted span [{start}, {end}] is negative or reversed")
        spans.append((start, end))
    for (start, end), (later, _) in pairwise(sorted({s for s in spans if s[0] < s[1]})):
        if later < end:
            raise DataError(
                f"predicted spans of document {docid!r} overlap: [{start}, {end}] reaches over "
                f"token {later}, where the next begins; ERASER's scorer refuses them"
            )
    return tuple(spans)


def _scores(entry: Mapping[str, Any], name: str) -> tuple[float, ...] | None:
    if entry.get(name) is None:
        return None
    return tuple(_number(value, name) for value in check.as_list(entry[name], name))


def _probabilities(fields: Mapping[str, Any], name: str) -> Probabilities | None:
    if fields.get(name) is None:
        return None
    if not isinstance(fields[name], dict):
        raise DataError(f"the field {name!r} must be an object, not {kind(fields[name])}")
    return {label: _number(value, name) for label, value in fields[name].items()}


def _shares(fields: Mapping[str, Any]) -> tuple[Share, ...] | None:
    """What `thresholded_scores` says, by rising threshold."""
    name = "thresholded_scores"
    if fields.get(name) is None:
        return None
    shares = []
    for entry in check.as_list(fields[name], name):
        if not isinstance(entry, dict):
            raise DataError(f"the field {name!r} must hold objects, not {kind(entry)}")
        without, only = (_probabilities(entry, part) for part in (WITHOUT, ONLY))
        if without is None or only is None:
            raise DataError(f"every entry of {name!r} needs {WITHOUT!r} and {ONLY!r}")
        shares.append(Share(_number(check.required(entry, "threshold"), name), without, only))
    _once([share.threshold for share in shares], "threshold")
    return tuple(sorted(shares, key=lambda share: share.threshold))


def _classes(result: Result) -> None:
    """Probabilities come with a classification, and name the same classes, it among them."""
    given = [result.without, result.only]
    given += [p for share in result.shares or () for p in (share.without, share.only)]
    probabilities = [p for p in given if p is not None]
    if (result.label is None) != (result.full is None):
        raise DataError(f"'classification' and {FULL!r} come together; one of them is missing")
    if probabilities and (
        result.full is None or (result.shares and None in (result.without, result.only))
    ):
        raise DataError(
            f"probabilities after removal need {FULL!r}, and 'thresholded_scores' "
            f"{WITHOUT!r} and {ONLY!r} too"
        )
    if result.full is not None and result.label not in result.full:
        raise DataError(f"the classification {result.label!r} is not among {FULL!r}")
    if any(set(p) != set(result.full or ()) for p in probabilities):
        raise DataError(f"the classes differ from those of {FULL!r}")


def _alike(first: Result, result: Result) -> None:
    """What one line has, every line has."""
    for name in ("label", "without", "only", "shares"):
        if (getattr(first, name) is None) != (getattr(result, name) is None):
            told = {"label": "classification", "without": WITHOUT, "only": ONLY}
            field = told.get(name, "thresholded_scores")
            raise DataError(f"{field!r} stands on some lines only; it must stand on all or on none")
    thresholds = [[share.threshold for share in one.shares or ()] for one in (first, result)]
    if thresholds[0] != thresholds[1]:
        raise DataError(
            f"the thresholds differ from those on {first.place.seen_from(result.place)}"
        )


def _once(names: Sequence[object], what: str) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DataError(f"{what} {twice!r} stands twice in one line")


def _number(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise DataError(f"the field {name!r} must hold finite numbers, not {kind(value)}")
    return float(value)
