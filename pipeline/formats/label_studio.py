"""Label Studio: the JSON export, a list of tasks with what each annotator drew and chose.

    [{"id": …, "data": {"text": …}, "annotations": [{"completed_by": number, "result": [
       {"type": "labels", "value": {"start": 0, "end": 4, "text": …, "labels": [name]}},
       {"type": "choices", "value": {"choices": [label]}}]}]}]

A task is an instance: `data.text`, or the picture `data.image`, or the field that --text names;
`text_pair`, `label` and `split` of `data` count as in jsonl, other strings become attributes.
A picture is looked for beside the file under the name that its address ends with, with and without
what an upload puts before it (eight hex digits and a dash), there and in `images/`.

An annotation's worker is `completed_by` (never an e-mail address), or `worker` in files that konkyo
wrote. Its marks are all its regions, whatever they are called: spans of characters, half-open;
rectangles, ellipses, polygons and brushes on pictures. --rationale keeps those of one control, by
its `from_name`. Its label is its one choice; --label names the control. Where no annotation of the
file has a region, nobody was asked for marks; elsewhere one without regions marks nothing.

Cancelled annotations, predictions of models, regions of other kinds and several choices at once
are left out and counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from db.errors import DataError, ImportFailed
from db.records import Instance
from pipeline.formats import fields as check
from pipeline.formats.base import Reading, ReadOptions
from pipeline.formats.beside import Beside, is_picture
from pipeline.formats.gather import Gathering
from pipeline.formats.images import Loader
from pipeline.formats.instances import Description, pair_instance, text_instance
from pipeline.formats.objects import kind
from pipeline.formats.options import refuse_options
from pipeline.formats.personal import is_personal
from pipeline.formats.place import Place, at
from pipeline.formats.regions import CHOICES, DRAWN, Met, marks_of
from pipeline.formats.whole_json import read_json

CANCELLED = "annotations that were cancelled"
PREDICTED = "predictions of models"
SEVERAL = "annotations with several choices, of which no one is the label"
NOTHING = "annotations that say nothing of what is read here"
TWICE = "second annotations by the same worker"
Task = Mapping[str, Any]


def read(path: Path, options: ReadOptions) -> Reading:
    """Every task of the file; one that cannot be read fails the whole import."""
    refuse_options(options, ("split",), "label_studio")
    tasks = read_json(path)
    if not isinstance(tasks, list):
        raise ImportFailed(path, None, f"expected a list of tasks, found {kind(tasks)}")
    reader = _Reader(Gathering(path, options), options, Beside(path.parent))
    for place, task in _placed(path, tasks):
        with at(place):
            reader.expect(task)
    for piece in reader.gathering.pieces(_placed(path, tasks), reader.take):
        yield replace(piece, load=Loader(reader.beside.paths)) if reader.beside.paths else piece
    return reader.gathering.summary(reader.met.notes())


class _Placed(NamedTuple):
    place: Place
    task: Any


def _placed(path: Path, tasks: list[Any]) -> Iterator[_Placed]:
    return (_Placed(Place(path, n, "task"), task) for n, task in enumerate(tasks, start=1))


@dataclass
class _Reader:
    """The tasks of one file on their way into a `Gathering`."""

    gathering: Gathering
    options: ReadOptions
    beside: Beside
    met: Met = field(default_factory=Met)
    marks_asked: bool = False

    def expect(self, task: Any) -> None:
        """See whether anybody marked anything, before what nobody marked is read as nothing."""
        for annotation in _annotations(task):
            self.marks_asked |= any(r["type"] in DRAWN for r in self._results(annotation))

    def take(self, placed: _Placed) -> None:
        """Read one task: its instance, and what each annotator said."""
        place, task = placed
        instance = self._instance(task)
        self.gathering.add(place, instance)
        name = check.optional_name(task, "id")
        if name is not None:
            self.gathering.identify(place, name, instance.id.encode())
        predictions = task.get("predictions")
        self._skip(PREDICTED, len(predictions) if isinstance(predictions, list) else 0)
        for annotation in _annotations(task):
            if annotation.get("was_cancelled"):
                self._skip(CANCELLED)
            else:
                self._annotate(place, annotation, instance)

    def _instance(self, task: Task) -> Instance:
        data = _data(task)
        name = self.options.text or _content_field(data)
        content = check.required_text(data, name)
        pair = self.options.text_pair or "text_pair"
        own = (name, pair, "label", "split")
        kept = {k: v for k, v in data.items() if isinstance(v, str) and k not in own}
        about: Description = {
            "label": check.optional_name(data, "label"),
            "split": check.optional_name(data, "split"),
            "attributes": {k: v for k, v in kept.items() if not is_personal(k)},
        }
        if is_picture(content):
            return self.beside.instance(content, about)
        if data.get(pair) is None:
            return text_instance(content, about)
        return pair_instance(content, check.required_text(data, pair), about)

    def _annotate(self, place: Place, annotation: Task, instance: Instance) -> None:
        values = self._values(annotation, instance)
        worker = _worker(annotation)
        if not values:
            self._skip(NOTHING)
        elif self.gathering.answered(instance.id, worker) is not None:
            self._skip(TWICE)
        else:
            raw = json.dumps(values)
            self.gathering.annotate(place, instance.id, values, raw, worker)

    def _values(self, annotation: Task, instance: Instance) -> dict[str, Any]:
        results = self._results(annotation)
        label = self._label([r for r in results if r["type"] == CHOICES])
        values: dict[str, Any] = {} if label is None else {"label": label}
        drawn = [r for r in results if r["type"] in DRAWN]
        for other in (r["type"] for r in results if r["type"] not in (CHOICES, *DRAWN)):
            self._skip(f"regions of the type {other!r}")
        if self.marks_asked:
            second = self.options.text_pair or "text_pair"
            values["marks"] = marks_of(drawn, instance, second, self.met)
        return values

    def _results(self, annotation: Task) -> list[dict[str, Any]]:
        """The results of the controls that are asked for, each with a type."""
        found = []
        for result in check.as_list(annotation.get("result", []), "result"):
            if not isinstance(result, dict):
                raise DataError(f"the field 'result' must hold objects, not {kind(result)}")
            named = result | {"type": check.optional_text(result, "type") or "none"}
            choice = named["type"] == CHOICES
            wanted = self.options.label if choice else self.options.rationale
            if wanted is None or named.get("from_name") == wanted:
                found.append(named)
        return found

    def _label(self, results: list[dict[str, Any]]) -> str | None:
        chosen: list[str] = []
        for result in results:
            value = check.required(result, "value")
            listed = value.get(CHOICES) if isinstance(value, dict) else None
            chosen += [check.as_text(c, CHOICES) for c in check.as_list(listed, CHOICES)]
        if len(chosen) > 1:
            self._skip(SEVERAL)
        return check.check_label(chosen[0], self.gathering.labels) if len(chosen) == 1 else None

    def _skip(self, reason: str, count: int = 1) -> None:
        self.gathering.skipped += Counter({reason: count})


def _data(task: Any) -> dict[str, Any]:
    data = check.required(task, "data")
    if not isinstance(data, dict):
        raise DataError(f"the field 'data' must be an object, not {kind(data)}")
    return data


def _content_field(data: Mapping[str, Any]) -> str:
    """`text`, `image`, or the only string there is."""
    for name in ("text", "image"):
        if name in data:
            return name
    strings = [name for name, value in data.items() if isinstance(value, str)]
    if len(strings) != 1:
        there = ", ".join(map(repr, data)) or "none"
        raise DataError(f"which field of 'data' is the text? Name it with --text (it has: {there})")
    return strings[0]


def _annotations(task: Any) -> list[dict[str, Any]]:
    if not isinstance(task, dict):
        raise DataError(f"a task must be an object, not {kind(task)}")
    found = check.as_list(task.get("annotations", []), "annotations")
    if not all(isinstance(entry, dict) for entry in found):
        raise DataError("the field 'annotations' must hold objects")
    return found


def _worker(annotation: Task) -> str | None:
    """The number of the account; what else is known of a person is not read."""
    by = annotation.get("completed_by")
    named = check.optional_name(annotation, "worker")
    if named is not None or by is None:
        return named
    return check.optional_name(by if isinstance(by, dict) else {"id": by}, "id")
