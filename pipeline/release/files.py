"""Tables as files: Parquet with fixed settings, or JSON lines. The same rows give the same bytes.

(Parquet names the pyarrow that wrote it, so that holds for one version of pyarrow.)
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.release.columns import TABLES, Column, Columns

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]

ROWS_IN_GROUP = 65_536


def write_table(path: Path, name: str, columns: Columns, about: dict[str, str]) -> None:
    """Write the table called `name` to a `.parquet` or `.jsonl`; `about` goes into a Parquet's head."""
    ready = {column.name: _ready(column, columns[column.name]) for column in TABLES[name]}
    if path.suffix == ".jsonl":
        _write_lines(path, ready)
    else:
        _write_parquet(path, name, ready, about)


def _ready(column: Column, values: list[Any]) -> list[Any]:
    """JSON becomes text: its shape differs from row to row."""
    if column.kind != "json":
        return values
    return [None if v is None else json.dumps(v, ensure_ascii=False) for v in values]


def _write_lines(path: Path, columns: Columns) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in zip(*columns.values(), strict=True):
            line = dict(zip(columns, row, strict=True))
            file.write(json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n")


def _write_parquet(path: Path, name: str, columns: Columns, about: dict[str, str]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    schema = pa.schema([pa.field(c.name, _type(c)) for c in TABLES[name]], metadata=about)
    pq.write_table(
        pa.table(columns, schema=schema),
        path,
        row_group_size=ROWS_IN_GROUP,
        compression="snappy",
        version="2.6",
        data_page_version="1.0",
        use_dictionary=True,
        write_statistics=True,
    )


def _type(column: Column) -> pa.DataType:
    import pyarrow as pa

    single: dict[str, pa.DataType] = {
        "integer": pa.int64(),
        "number": pa.float64(),
        "flag": pa.bool_(),
        "integers": pa.list_(pa.int32()),
        "numbers": pa.list_(pa.float32()),
    }
    return single.get(column.kind, pa.string())
