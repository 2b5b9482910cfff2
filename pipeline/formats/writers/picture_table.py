"""Records of pictures as an Arrow table, of which Hugging Face `datasets` knows the column `image`.

    image         {bytes, path}: the file as it is, and the name that it would have in a folder
    label, split, attributes, annotations      as with texts, but `marks` is a mask

A mask is written as COCO has it, {size, counts}. Left out and counted are the consensus and the
rationales of models.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]

from db.errors import DataError
from db.masks import decode
from pipeline.formats.writers.base import Record, Said
from pipeline.formats.writers.checked import Passing
from pipeline.formats.writers.masks import SUFFIX
from pipeline.formats.writers.rows import said_row
from pipeline.formats.writers.table import check_words, named, said_type

TOGETHER = 16
"""Pictures in one batch: as many are held at once."""

_MASK = pa.struct({"size": pa.list_(pa.int32()), "counts": pa.string()})
_FEATURES = {"info": {"features": {"image": {"_type": "Image"}}}}
PICTURES = pa.schema(
    {
        "image": pa.struct({"bytes": pa.binary(), "path": pa.string()}),
        "label": pa.string(),
        "split": pa.string(),
        "attributes": pa.list_(pa.struct({"name": pa.string(), "value": pa.string()})),
        "annotations": said_type(_MASK),
    },
    metadata={"huggingface": json.dumps(_FEATURES)},
)


def picture_batches(records: Iterable[Record], passing: Passing) -> Iterator[pa.RecordBatch]:
    """The records in batches of the one schema; `passing` counts what it has no place for."""
    rows = (_row(record, passing) for record in records)
    while taken := list(islice(rows, TOGETHER)):
        yield pa.RecordBatch.from_pylist(taken, schema=PICTURES)


def _row(record: Record, passing: Passing) -> dict[str, Any]:
    instance = record.instance
    if instance.image is None or instance.size is None:
        raise DataError(f"the picture of instance {instance.id} was not read from the database")
    passing.without(record)
    check_words(instance, record.annotations)
    return {
        "image": {"bytes": instance.image, "path": instance.id + SUFFIX[instance.media_type]},
        "label": instance.label,
        "split": instance.split,
        "attributes": named(instance.attributes) or None,
        "annotations": [_said(one, record) for one in record.annotations] or None,
    }


def _said(said: Said, record: Record) -> dict[str, Any]:
    row = said_row(said)
    if "marks" in row and decode(row["marks"]).shape[::-1] != record.instance.size:
        raise DataError(
            f"a mask on instance {record.instance.id} has another size than the picture"
        )
    return row
