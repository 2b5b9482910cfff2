"""Parquet, one instance a row: everything that is known of texts and pairs.

Settings are fixed, so that the same records give the same bytes with the same pyarrow, whose
version stands in the file.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow.parquet as pq  # type: ignore[import-untyped]

from pipeline.formats.writers.base import Record, Written
from pipeline.formats.writers.checked import Passing
from pipeline.formats.writers.table import SCHEMA, batches
from pipeline.formats.writers.whole import new_file


def write(records: Iterable[Record], path: Path) -> Written:
    """One row a record, in their order; see `Writer`."""
    passing = Passing(("text", "pair"), answers=True)
    with new_file(path) as file:
        with pq.ParquetWriter(file, SCHEMA, compression="zstd", version="2.6") as writer:
            for batch in batches(passing.through(records)):
                writer.write_batch(batch)
        return passing.written()
