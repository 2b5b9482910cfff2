"""HateXplain (Mathew et al., AAAI 2021): `dataset.json` and, beside it, `post_id_divisions.json`.

    {POST: {"post_id": POST, "post_tokens": [word, …], "annotators": [{"annotator_id": number,
     "label": "hatespeech" | "offensive" | "normal", "target": […]}, …], "rationales": [[0, 1, …]]}}
    {"train": [POST, …], "val": […], "test": […]}

A post's text is its tokens with one blank between, and these stay its tokens. `annotator_id` is the
number of a person, the same in all posts: it becomes the worker. A post's label is the one that
most of its annotators gave; where no label has a majority, it has none (the paper drops such
posts; here their annotations stay). The communities that annotators named are not kept.

Rationales carry no name. Who calls a post normal was not asked for one, and the file mostly holds
none for them. So rows belong to the annotators in order where there is one for each, else to those
who did not say normal where there is one for each of these. Any other number cannot be
attributed: labels are kept, and the rationales counted as left out. So are those of another length
than the post: which of its tokens they mean nobody knows.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from db.errors import DataError, ImportFailed
from db.records import Instance
from pipeline.formats import fields as check
from pipeline.formats.base import Reading, ReadOptions
from pipeline.formats.gather import Gathering
from pipeline.formats.instances import Description, text_instance
from pipeline.formats.lines import what_is
from pipeline.formats.objects import kind
from pipeline.formats.options import refuse_options
from pipeline.formats.place import Place
from pipeline.formats.tokens import as_offsets
from pipeline.formats.whole_json import json_object

NAMES, DIVISIONS = "dataset.json", "post_id_divisions.json"
NORMAL = "normal"
SPLITS = {"train": "train", "val": "validation", "test": "test"}
UNATTRIBUTED = "posts of which the rationales cannot be attributed to annotators; labels were kept"
OTHER_LENGTH = "rationales of another length than their post; the labels were kept"
TWICE = "second annotations of a post by the same annotator"
OTHER_LABEL = "posts with the words of an earlier one, whose annotators agreed on another label"
UNDECIDED = "posts have no label: none has a majority of the annotators"


class Post(NamedTuple):
    """One post as it stands in the file."""

    place: Place
    name: str
    fields: Any


def read(path: Path, options: ReadOptions) -> Reading:
    """Every post of the file or folder; one that cannot be read fails the whole import."""
    refuse_options(options, ("text", "text_pair", "label", "split", "rationale"), "hatexplain")
    file = path / NAMES if what_is(path) == "folder" else path
    posts = json_object(file)
    reader = _Reader(Gathering(file, options), _splits(file.parent / DIVISIONS, posts))
    found = (Post(Place(file, n, "post"), *post) for n, post in enumerate(posts.items(), start=1))
    yield from reader.gathering.pieces(found, reader.take)
    return reader.gathering.summary(reader.notes())


def _splits(path: Path, posts: Mapping[str, Any]) -> dict[str, str]:
    """Post → split; {} where the file of divisions is missing."""
    if what_is(path) == "nothing":
        return {}
    found: dict[str, str] = {}
    for part, names in json_object(path).items():
        if part not in SPLITS:
            raise ImportFailed(path, None, f"unknown part {part!r}; there are: {', '.join(SPLITS)}")
        for name in _named(path, part, names):
            if name not in posts:
                raise ImportFailed(path, None, f"post {name!r} of {part!r} is not in {NAMES}")
            if found.setdefault(name, SPLITS[part]) != SPLITS[part]:
                raise ImportFailed(path, None, f"post {name!r} is in two parts")
    return found


def _named(path: Path, part: str, names: Any) -> list[str]:
    try:
        return [check.as_text(name, part) for name in check.as_list(names, part)]
    except DataError as error:
        raise ImportFailed(path, None, str(error)) from error


class _Reader:
    """The posts of one file on their way into a `Gathering`."""

    def __init__(self, gathering: Gathering, splits: Mapping[str, str]) -> None:
        self.gathering, self._splits = gathering, splits
        self._undecided = 0

    def take(self, post: Post) -> None:
        """Read one post: its words, and what each annotator said."""
        if not isinstance(post.fields, dict):
            raise DataError(f"{post.name!r} must be an object, not {kind(post.fields)}")
        people = [_person(entry) for entry in _list(post.fields, "annotators")]
        for _, label in people:
            check.check_label(label, self.gathering.labels)
        instance = self._instance(post, _majority([label for _, label in people]))
        if self.gathering.labelled_otherwise(instance):
            self.gathering.skipped[OTHER_LABEL] += 1
            return
        self.gathering.add(post.place, instance)
        self._undecided += instance.label is None
        rows = _rows(post.fields, instance.n_tokens)
        whose = self._attributed(rows, [label for _, label in people])
        for (worker, label), row in zip(people, whose, strict=True):
            self._annotate(post, instance, worker, label, row)

    def _instance(self, post: Post, label: str | None) -> Instance:
        name = check.optional_name(post.fields, "post_id")
        if name not in (None, post.name):
            raise DataError(f"the post is called {post.name!r}, its post_id is {name!r}")
        tokens = [check.as_text(t, "post_tokens") for t in _list(post.fields, "post_tokens")]
        spans, end = [], -1
        for token in tokens:
            if not token:
                raise DataError("the field 'post_tokens' holds an empty token")
            spans.append((end + 1, end + 1 + len(token)))
            end = spans[-1][1]
        about: Description = {
            "label": label,
            "split": self._splits.get(post.name),
            "attributes": {"id": post.name},
        }
        return text_instance(" ".join(tokens), about, as_offsets(spans))

    def _attributed(
        self, rows: list[list[int] | None], labels: list[str]
    ) -> list[list[int] | None | str]:
        """Each annotator's row: marks, None for one that cannot be used, "" for nobody's."""
        asked = [label != NORMAL for label in labels]
        if len(rows) == len(labels):
            return list(rows)
        if len(rows) == sum(asked):
            left = iter(rows)
            return [next(left) if was_asked else "" for was_asked in asked]
        self.gathering.skipped[UNATTRIBUTED] += 1
        return [""] * len(labels)

    def _annotate(
        self, post: Post, instance: Instance, worker: str, label: str, row: list[int] | None | str
    ) -> None:
        if self.gathering.answered(instance.id, worker) is not None:
            self.gathering.skipped[TWICE] += 1
            return
        values: dict[str, Any] = {"label": label}
        if isinstance(row, list):
            values["marks"] = row
        self.gathering.skipped[OTHER_LENGTH] += row is None
        raw = json.dumps(values)
        self.gathering.annotate(post.place, instance.id, values, raw, worker)

    def notes(self) -> tuple[str, ...]:
        """What was met on the way, counted."""
        self.gathering.skipped += Counter()  # drops reasons that were never met
        return (f"{self._undecided} {UNDECIDED}",) if self._undecided else ()


def _list(fields: Mapping[str, Any], name: str) -> list[Any]:
    return check.as_list(check.required(fields, name), name)


def _person(entry: Any) -> tuple[str, str]:
    """Who annotated, and with which label."""
    if not isinstance(entry, dict):
        raise DataError(f"the field 'annotators' must hold objects, not {kind(entry)}")
    worker, label = (check.optional_name(entry, name) for name in ("annotator_id", "label"))
    if worker is None or label is None:
        raise DataError("an annotator needs both 'annotator_id' and 'label'")
    return worker, label


def _majority(labels: list[str]) -> str | None:
    """The label that more than half of the annotators gave."""
    found = [label for label, count in Counter(labels).items() if 2 * count > len(labels)]
    return found[0] if found else None


def _rows(fields: Mapping[str, Any], n_tokens: int) -> list[list[int] | None]:
    """Marked positions of each rationale; None where its length is not that of the post."""
    rows: list[list[int] | None] = []
    for row in _list(fields, "rationales"):
        bits = check.as_positions(row, "rationales")
        if not set(bits) <= {0, 1}:
            raise DataError("the field 'rationales' must hold rows of 0 and 1")
        marks = [position for position, bit in enumerate(bits) if bit]
        rows.append(marks if len(bits) == n_tokens else None)
    return rows
