"""Records as Arrow tables: one schema for Parquet and Hugging Face data sets.

Names that differ from file to file are values, not columns: attributes and models are lists of
structs, which every reader of Arrow knows (maps are unknown to some).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]

from db.records import Instance
from pipeline.formats.writers.base import Record, Said
from pipeline.formats.writers.checked import check_text
from pipeline.formats.writers.rows import SHOWN, answers, row_of

BATCH = 1024
"""Records in one batch, and in one row group of Parquet."""

_SPANS = pa.list_(pa.list_(pa.int32()))
_SCORES = pa.list_(pa.float32())
_ANSWERS = pa.list_(
    pa.struct({"question": pa.string(), "level": pa.string(), "value": pa.string()})
)
_HUMAN = {
    "method": pa.string(),
    "scores": _SCORES,
    "certainty": _SCORES,
    "workers": pa.int32(),
    "label": pa.string(),
    "label_probability": pa.float64(),
}


def said_type(marks: pa.DataType) -> pa.DataType:
    """The type of `annotations`: what each person said, with marks of the given type."""
    names = dict.fromkeys(("worker", "label"), pa.string()) | {"marks": marks}
    names |= dict.fromkeys(SHOWN, pa.string())
    return pa.list_(pa.struct(names | {"answers": _ANSWERS}))


SCHEMA = pa.schema(
    {
        "text": pa.string(),
        "text_pair": pa.string(),
        "label": pa.string(),
        "split": pa.string(),
        "attributes": pa.list_(pa.struct({"name": pa.string(), "value": pa.string()})),
        "tokens": _SPANS,
        "tokens_pair": _SPANS,
        "annotations": said_type(pa.list_(pa.int32())),
        "human": pa.struct(_HUMAN),
        "models": pa.list_(pa.struct({"name": pa.string(), "scores": _SCORES})),
    }
)


def batches(records: Iterable[Record]) -> Iterator[pa.RecordBatch]:
    """The records in batches of the one schema; half characters are a `DataError`."""
    rows = (_row(record) for record in records)
    while taken := list(islice(rows, BATCH)):
        yield pa.RecordBatch.from_pylist(taken, schema=SCHEMA)


def named(pairs: Mapping[str, str]) -> list[dict[str, str]]:
    """An object as a list, for columns whose type is the same in every file."""
    return [{"name": name, "value": value} for name, value in pairs.items()]


def _row(record: Record) -> dict[str, Any]:
    check_words(record.instance, record.annotations)
    row = row_of(record)
    if "attributes" in row:
        row["attributes"] = named(row["attributes"])
    models = row.get("models")
    if models is not None:
        row["models"] = [{"name": name, "scores": scores} for name, scores in models.items()]
    return row


def check_words(instance: Instance, annotations: Iterable[Said]) -> None:
    """Refuse half characters, wherever they stand."""
    said = {"text": instance.text, "text_pair": instance.text_pair, "label": instance.label}
    said |= {"split": instance.split, "attributes": "".join((*instance.attributes.values(),))}
    check_text(said, instance)
    for one in annotations:
        words = {name: getattr(one, name) for name in ("worker", *SHOWN)}
        words |= {
            f"answers to {entry['question']}": "".join(entry.values()) for entry in answers(one)
        }
        check_text(words | {"label": one.values.get("label")}, instance)
