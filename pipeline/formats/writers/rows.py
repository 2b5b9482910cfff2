"""A record as the fields of the jsonl format, which the columnar formats share.

Beside what the readers take there are two fields that they pass over: `human` is the consensus
of the crowd, and `models` the scores of each model by name.

An entry of `annotations` has `item`, `condition`, `presentation` and `side` where they are known, and
in `answers` what was said to other questions than label and marks. A value there is JSON in a string,
because its shape differs from answer to answer and a column has one type.
"""

from __future__ import annotations

import json
from typing import Any

from db.errors import DataError
from db.records import HumanRationale
from pipeline.formats.writers.base import Record, Said
from pipeline.formats.writers.checked import USUAL, plain

SHOWN = ("item", "condition", "presentation", "side")

Row = dict[str, Any]


def row_of(record: Record) -> Row:
    """The fields of a text or pair; one that says nothing is left out."""
    instance = record.instance
    row: Row = {
        "text": instance.text,
        "text_pair": instance.text_pair,
        "label": instance.label,
        "split": instance.split,
        "attributes": dict(instance.attributes) or None,
        "tokens": instance.offsets.tolist(),
        "tokens_pair": None if instance.offsets_pair is None else instance.offsets_pair.tolist(),
        "annotations": [said_row(one) for one in record.annotations] or None,
        "human": None if record.human is None else _human(record.human),
        "models": {name: plain(scores) for name, scores in sorted(record.models.items())} or None,
    }
    return {name: value for name, value in row.items() if value is not None}


def said_row(said: Said) -> Row:
    """What one person said of one item."""
    values = {name: said.values[name] for name in USUAL if name in said.values}
    shown = {name: getattr(said, name) for name in SHOWN if getattr(said, name)}
    others = answers(said)
    return {"worker": said.worker, **values, **shown} | ({"answers": others} if others else {})


def answers(said: Said) -> list[Row]:
    """Answers to other questions: question, level where it is known, and value as JSON."""
    return [
        {
            "question": question,
            **({"level": said.levels[question]} if question in said.levels else {}),
            "value": _json(question, value),
        }
        for question, value in said.values.items()
        if question not in USUAL
    ]


def _json(question: str, value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        problem = f"an answer to {question!r} is nothing that JSON can hold: {error}"
        raise DataError(problem) from error


def _human(human: HumanRationale) -> Row:
    known = {
        "method": human.method,
        "scores": plain(human.scores),
        "certainty": plain(human.certainty),
        "workers": human.n_workers,
        "label": human.label,
        "label_probability": human.label_probability,
    }
    return {name: value for name, value in known.items() if value is not None}
