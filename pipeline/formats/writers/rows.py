"""A record as the fields of the jsonl format, which the columnar formats share.

Beside what the readers take there are two fields that they pass over: `human` is the consensus
of the crowd, and `models` the scores of each model by name.
"""

from __future__ import annotations

from typing import Any

from db.records import HumanRationale
from pipeline.formats.writers.base import Record, Said
from pipeline.formats.writers.checked import plain

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
        "annotations": [_said(one) for one in record.annotations] or None,
        "human": None if record.human is None else _human(record.human),
        "models": {name: plain(scores) for name, scores in sorted(record.models.items())} or None,
    }
    return {name: value for name, value in row.items() if value is not None}


def _said(said: Said) -> Row:
    values = {name: said.values[name] for name in ("label", "marks") if name in said.values}
    return {"worker": said.worker, **values}


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
