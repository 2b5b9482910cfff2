"""Tasks of Label Studio with annotations, as its JSON export has them and its import takes them.

Each run of marked tokens is a region of the control `marks` with the label `marked`, on the text
`text` or `text_pair`; a label is a choice of the control `label`. Accounts are numbers there:
workers are numbered as they are met, and their pseudonyms kept as `worker`. A labelling interface
that shows this is `<Labels name="marks" toName="text"><Label value="marked"/></Labels>` with
`<Choices name="label" toName="text">` and `<Text name="text" value="$text"/>`.

Left out and counted are the consensus, rationales of models, and instances whose tokens are not
what whitespace parts. Pictures are written by `masks`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from db.errors import DataError
from db.records import Instance
from pipeline.formats.images import SUFFIXES
from pipeline.formats.writers.base import Record, Said, Written
from pipeline.formats.writers.checked import Passing, check_text
from pipeline.formats.writers.csv import OTHER_TOKENS, has_plain_tokens, runs
from pipeline.formats.writers.whole import new_file

OWN = ("text", "text_pair", "label", "split")
CLASH = "attributes with a name that the task has already"


def write(records: Iterable[Record], path: Path) -> Written:
    """One task a record, in their order; see `Writer`."""
    passing = Passing(("text", "pair"))
    workers: dict[str, int] = {}
    with new_file(path) as file:
        before = b"[\n"
        for record in passing.through(records):
            if not has_plain_tokens(record.instance):
                passing.drop(OTHER_TOKENS)
                continue
            passing.without(record)
            task = json.dumps(_task(record, passing, workers), ensure_ascii=False)
            file.write(before + task.encode())
            before = b",\n"
        file.write(b"\n]\n")
        return passing.written()


def _task(record: Record, passing: Passing, workers: dict[str, int]) -> dict[str, Any]:
    instance, number = record.instance, passing.count
    data = {name: getattr(instance, name) for name in OWN}
    others = {k: v for k, v in instance.attributes.items() if k not in OWN}
    passing.skipped[CLASH] += len(instance.attributes) - len(others)
    said = [_annotation(n, one, instance, workers) for n, one in enumerate(record.annotations)]
    kept = {k: v for k, v in data.items() if v is not None} | others
    check_text(kept, instance)
    if instance.text.lower().endswith(SUFFIXES) and "\n" not in instance.text:
        raise DataError(
            f"the text of instance {instance.id} would be taken for a picture's address"
        )
    return {"id": number, "data": kept, "annotations": said}


def _annotation(
    number: int, said: Said, instance: Instance, workers: dict[str, int]
) -> Mapping[str, Any]:
    values = said.values
    check_text({"worker": said.worker, "label": values.get("label")}, instance)
    result = list(_regions(values.get("marks", ()), instance))
    if "label" in values:
        value = {"choices": [values["label"]]}
        result.append(_result("label", "text", "choices", value))
    for n, one in enumerate(result):
        one["id"] = f"{number}-{n}"
    if said.worker is None:
        return {"result": result}
    by = workers.setdefault(said.worker, len(workers) + 1)
    return {"completed_by": by, "worker": said.worker, "result": result}


def _regions(marks: Iterable[int], instance: Instance) -> Iterator[dict[str, Any]]:
    first = len(instance.offsets)
    near = [mark for mark in marks if mark < first]
    yield from (_span("text", instance.text, *s) for s in runs(near, instance.offsets))
    if instance.text_pair is not None and instance.offsets_pair is not None:
        far = [mark - first for mark in marks if mark >= first]
        second = instance.text_pair
        yield from (_span("text_pair", second, *s) for s in runs(far, instance.offsets_pair))


def _span(name: str, text: str, start: int, end: int) -> dict[str, Any]:
    value = {"start": start, "end": end, "text": text[start:end], "labels": ["marked"]}
    return _result("marks", name, "labels", value)


def _result(control: str, on: str, type_: str, value: Mapping[str, Any]) -> dict[str, Any]:
    return {"from_name": control, "to_name": on, "type": type_, "value": dict(value)}
