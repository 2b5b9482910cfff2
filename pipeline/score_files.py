"""Marks and scores in plain files, for alignment without a project."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from db.errors import ImportFailed, NotFound
from db.ragged import Ragged
from db.records import Instance, Marks, instance_id
from pipeline.formats.base import Annotation, Imported


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
    mask = np.zeros(instance.n_tokens, dtype=np.uint8)
    mask[list(annotation.values["marks"])] = 1
    return mask


def scores_of_file(path: Path, marks: Marks) -> dict[str, dict[str, list[float]]]:
    """Explainer → instance id → scores; a line that does not fit is named."""
    lengths = dict(zip(marks.instance_ids, _lengths(marks), strict=True))
    found: dict[str, dict[str, list[float]]] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ImportFailed(path, None, f"cannot be read: {error}") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            _add_scores(path, number, line, lengths, found)
    return found


def _add_scores(
    path: Path,
    number: int,
    line: str,
    lengths: Mapping[str, int],
    found: dict[str, dict[str, list[float]]],
) -> None:
    try:
        row = json.loads(line)
        identity = row.get("id") or instance_id(
            "pair" if row.get("text_pair") else "text", row["text"], row.get("text_pair")
        )
        scores = [float(score) for score in row["scores"]]
        explainer = str(row.get("explainer", "model"))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ImportFailed(
            path, number, f"is no object with `scores` and `id` or `text` ({error})"
        ) from error
    if not np.isfinite(scores).all():
        raise ImportFailed(path, number, "a score is not a finite number")
    if identity in lengths and len(scores) != lengths[identity]:
        raise ImportFailed(
            path, number, f"{len(scores)} scores for a text of {lengths[identity]} tokens"
        )
    found.setdefault(explainer, {})[identity] = scores


def _lengths(marks: Marks) -> list[int]:
    lengths = np.zeros(len(marks.instance_ids), dtype=np.int64)
    lengths[marks.instance] = marks.masks.lengths
    return [int(n) for n in lengths]


def _numbered(names: Iterable[str]) -> dict[str, int]:
    """Each name with its place in the order of first appearance."""
    return {name: n for n, name in enumerate(dict.fromkeys(names))}
