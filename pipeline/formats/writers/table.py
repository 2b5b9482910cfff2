"""Records as Arrow tables: one schema for Parquet and Hugging Face data sets.

Names that differ from file to file are values, not columns: attributes and models are lists of
structs, which every reader of Arrow knows (maps are unknown to some).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]

from db.records import Instance
from pipeline.formats.writers.base import Record, Said
from pipeline.formats.writers.checked import check_text
from pipeline.formats.writers.rows import row_of

BATCH = 1024
"""Records in one batch, and in one row group of Parquet."""

_SPANS = pa.list_(pa.list_(pa.int32()))
_SCORES = pa.list_(pa.float32())
_SAID = {"worker": pa.string(), "label": pa.string(), "marks": pa.list_(pa.int32())}
_HUMAN = {
    "method": pa.string(),
    "scores": _SCORES,
    "certainty": _SCORES,
    "workers": pa.int32(),
    "label": pa.string(),
    "label_probability": pa.float64(),
}
SCHEMA = pa.schema(
    {
        "text": pa.string(),
        "text_pair": pa.string(),
        "label": pa.string(),
        "split": pa.string(),
        "attributes": pa.list_(pa.struct({"name": pa.string(), "value": pa.string()})),
        "tokens": _SPANS,
        "tokens_pair": _SPANS,
        "annotations": pa.list_(pa.struct(_SAID)),
        "human": pa.struct(_HUMAN),
        "models": pa.list_(pa.struct({"name": pa.string(), "scores": _SCORES})),
    }
)


def batches(records: Iterable[Record]) -> Iterator[pa.RecordBatch]:
    """The records in batches of the one schema; half characters are a `DataError`."""
    rows = (_row(record) for record in records)
    while taken := list(islice(rows, BATCH)):
        yield pa.RecordBatch.from_pylist(taken, schema=SCHEMA)


def _row(record: Record) -> dict[str, Any]:
    _check(record.instance, record.annotations)
    row = row_of(record)
    pairs = row.get("attributes")
    if pairs is not None:
        row["attributes"] = [{"name": name, "value": value} for name, value in pairs.items()]
    models = row.get("models")
    if models is not None:
        row["models"] = [{"name": name, "scores": scores} for name, scores in models.items()]
    return row


def _check(instance: Instance, annotations: Iterable[Said]) -> None:
    said = {"text": instance.text, "text_pair": instance.text_pair, "label": instance.label}
    said |= {"split": instance.split, "attributes": "".join((*instance.attributes.values(),))}
    check_text(said, instance)
    for one in annotations:
        check_text({"worker": one.worker, "label": one.values.get("label")}, instance)
