"""Marks and scores in plain files, for alignment without a project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from db.errors import DataError, ImportFailed, NotFound
from db.masks import decode
from db.ragged import Ragged
from db.records import Instance, Marks, instance_id
from db.words import counted
from pipeline.formats.base import Annotation, Imported
from pipeline.formats.objects import read_objects
from pipeline.formats.place import at


def marks_of_file(path: Path, found: Imported) -> Marks:
    """Who marked what in a file; where a row names nobody, every row is a worker of its own."""
    by_id = {i.id: i for i in found.instances}
    marked = [a for a in found.annotations if "marks" in a.values]
    if not marked:
        raise NotFound(f"{path} holds no rationales; nothing can be aligned with it")
    known = all(a.worker for a in marked)
    people = [str(a.worker) if known else f"row {n}" for n, a in enumerate(marked)]
    ids = _numbered(a.instance_id for a in marked)
    names = _numbered(people)
    return Marks(
        masks=Ragged.from_rows((_mask(a, by_id[a.instance_id]) for a in marked), dtype="uint8"),
        instance=np.array([ids[a.instance_id] for a in marked], dtype=np.int64),
        worker=np.array([names[person] for person in people], dtype=np.int64),
        instance_ids=tuple(ids),
        worker_ids=tuple(names),
        persons_known=known,
    )


def _mask(annotation: Annotation, instance: Instance) -> np.ndarray[Any, np.dtype[np.uint8]]:
    marks = annotation.values["marks"]
    if isinstance(marks, Mapping):  # on a picture
        return decode(marks).ravel()
    mask = np.zeros(instance.n_units, dtype=np.uint8)
    mask[list(marks)] = 1
    return mask


def scores_of_file(path: Path, marks: Marks) -> dict[str, dict[str, list[float]]]:
    """Explainer → instance id → scores; a line that does not fit is named."""
    lengths = dict(zip(marks.instance_ids, lengths_of(marks), strict=True))
    found: dict[str, dict[str, list[float]]] = {}
    for record in read_objects(path):
        with at(record.place):
            add_scores(record.fields, lengths, found)
    if not found:
        raise ImportFailed(path, None, "holds no scores")
    return found


def add_scores(
    row: Mapping[str, Any], lengths: Mapping[str, int], found: dict[str, dict[str, list[float]]]
) -> None:
    """Add a line's scores, if they fit the instance that it names."""
    identity = identity_of(row)
    scores, explainer = row.get("scores"), str(row.get("explainer", "model"))
    if not isinstance(scores, list) or not all(_is_score(score) for score in scores):
        raise DataError("`scores` must be a list of finite numbers, one a token")
    if identity in lengths and len(scores) != lengths[identity]:
        raise DataError(
            f"{counted(len(scores), 'score')} for a text of {counted(lengths[identity], 'token')}"
        )
    mine = found.setdefault(explainer, {})
    if identity in mine:
        raise DataError(f"a second line of scores by {explainer!r} for the same text")
    mine[identity] = [float(score) for score in scores]


def identity_of(row: Mapping[str, Any]) -> str:
    """The content hash that a line gives as `id`, or that its text has."""
    given, text, pair = (row.get(name) for name in ("id", "text", "text_pair"))
    if isinstance(given, str):
        return given
    if not isinstance(text, str) or not isinstance(pair, str | None):
        raise DataError("names no instance: `text` (and `text_pair`) or `id`, a string each")
    return instance_id("pair" if pair else "text", text, pair)


def _is_score(score: object) -> bool:
    return isinstance(score, int | float) and not isinstance(score, bool) and isfinite(score)


def lengths_of(marks: Marks) -> list[int]:
    """Tokens of each instance, 0 where nobody was asked."""
    lengths = np.zeros(len(marks.instance_ids), dtype=np.int64)
    lengths[marks.instance] = marks.masks.lengths
    return [int(n) for n in lengths]


def _numbered(names: Iterable[str]) -> dict[str, int]:
    """Each name with its place in the order of first appearance."""
    return {name: n for n, name in enumerate(dict.fromkeys(names))}
