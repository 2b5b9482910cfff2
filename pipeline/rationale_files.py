"""Soft rationales of people as a file: JSON lines or Parquet, one row an instance and method.

`id` (of the instance), `explainer` ("people:METHOD"), `scores` and `certainty` (one a unit),
`n_workers`, `label`, `label_probability`, `method`. `konkyo align --model` reads the JSON lines as
scores.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from db.errors import UsageError
from db.records import HumanRationale
from pipeline.files import write_whole

SUFFIXES = (".jsonl", ".parquet")


def check_rationales_suffix(path: Path) -> None:
    """Refuse a name that says neither format: a cell of a CSV file holds no list."""
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"{path}: a file of rationales ends in {' or '.join(SUFFIXES)}")


def write_rationales(path: Path, found: Sequence[HumanRationale]) -> None:
    """Write them in the format that the suffix names, whole or not at all.

    Scores are written so that float32 reads back the same.
    """
    check_rationales_suffix(path)
    if path.suffix.lower() == ".parquet":
        write_whole(path, _parquet(found))
    else:
        lines = (json.dumps(_row(one), ensure_ascii=True) + "\n" for one in found)
        write_whole(path, "".join(lines))


def _row(one: HumanRationale) -> dict[str, Any]:
    return {
        "id": one.instance_id,
        "explainer": f"people:{one.method}",
        "scores": one.scores.tolist(),
        "certainty": one.certainty.tolist(),
        "n_workers": one.n_workers,
        "label": one.label,
        "label_probability": one.label_probability,
        "method": one.method,
    }


def _parquet(found: Sequence[HumanRationale]) -> bytes:
    floats = pa.list_(pa.float32())
    schema = pa.schema(
        [
            ("id", pa.string()),
            ("explainer", pa.string()),
            ("scores", floats),
            ("certainty", floats),
            ("n_workers", pa.int64()),
            ("label", pa.string()),
            ("label_probability", pa.float64()),
            ("method", pa.string()),
        ]
    )
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([_row(one) for one in found], schema=schema), buffer)
    return buffer.getvalue()
