"""Parquet: one instance a row, the columns called and read like the fields of the jsonl format.

`attributes` is a map, a struct, or a list of {name, value}; `annotations` a list of structs. A null
is a field that is not there, so an entry of `annotations` without marks was not asked for them.
Places are counted in records, from 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from db.errors import ImportFailed
from pipeline.formats.arrow import BATCH, records, translated
from pipeline.formats.base import Reading, ReadOptions
from pipeline.formats.jsonl import read_records
from pipeline.formats.lines import what_is


def read(path: Path, options: ReadOptions) -> Reading:
    """Every row of the file; one that cannot be read fails the whole import."""
    if what_is(path) != "file":
        raise ImportFailed(path, None, "there is no such file; the parquet format reads one file")
    return read_records(path, options, records(path, _batches(path), options))


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    with translated(path), pq.ParquetFile(path) as file:
        yield from file.iter_batches(batch_size=BATCH)
