"""Plain files as long tables: CSV, JSON lines and Parquet."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.limits import LARGEST
from db.columns import GOLD, UNIT, VALUE, WORKER, require
from db.errors import DataError, UsageError
from db.words import shown
from pipeline.csv_shape import check_shape
from pipeline.files import write_whole
from pipeline.formats.objects import read_objects

SUFFIXES = (".csv", ".jsonl", ".parquet")
MISSING = ("", "NA", "NaN", "nan")
"""Cells of a CSV file that say nothing. Words that may be answers ("None", "null") are answers."""


def is_table(target: str) -> bool:
    """Whether a command's target names a file rather than a campaign."""
    path = Path(target)
    return path.suffix.lower() in SUFFIXES or (path.suffix != "" and path.exists())


def check_suffix(path: Path) -> None:
    """Refuse a file that is no table by its name."""
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"{path}: a table's name ends in {', '.join(SUFFIXES)}")


def read_table(
    path: Path,
    names: Collection[str] = (),
    missing: Mapping[str, Sequence[str]] | None = None,
) -> pd.DataFrame:
    """The file as a table; columns as they are, those in `names` as text ("007" is not 7).

    `missing`: column → the cells of a CSV that say nothing there; default `MISSING` everywhere.
    """
    check_suffix(path)
    if path.is_dir():
        raise DataError(f"{path} is a folder; name a file in it")
    if path.exists() and not path.is_file():
        raise DataError(f"{path} is a pipe or a device; write what it gives into a file first")
    suffix = path.suffix.lower()
    try:
        if suffix == ".csv":
            check_shape(path)
            return pd.read_csv(
                path,
                index_col=False,
                dtype=dict.fromkeys(names, "str"),
                keep_default_na=False,
                na_values=MISSING if missing is None else missing,
            )
        if suffix == ".jsonl":
            return pd.DataFrame([record.fields for record in read_objects(path)])
        return pd.read_parquet(path)
    except FileNotFoundError as error:
        raise DataError(f"there is no file {path}") from error
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path} is not UTF-8 (byte 0x{error.object[error.start]:02x}); save it as UTF-8"
        ) from error
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read as {suffix[1:]}: {error}") from error


def judgements_of(
    path: Path, *, unit: str, value: str, worker: str | None, gold: str | None = None
) -> pd.DataFrame:
    """A judgement table from a file: columns unit, worker, value (and gold) as the user named them.

    Without a worker column every row is an anonymous worker of its own.
    """
    table = read_table(path, [name for name in (unit, worker) if name is not None])
    wanted = [unit, value, *(c for c in (worker, gold) if c is not None)]
    require(table, wanted, str(path))
    for name in wanted:
        if table[name].map(lambda cell: isinstance(cell, (list, dict, np.ndarray))).any():
            raise DataError(f"{path}: the column {name!r} holds lists, where single values belong")
    columns = {UNIT: table[unit], VALUE: table[value]}
    columns[WORKER] = table[worker] if worker else pd.Series(range(len(table)), index=table.index)
    if gold is not None:
        columns[GOLD] = table[gold]
    return typed_together(pd.DataFrame(columns))


def check_numbers(path: Path, table: pd.DataFrame, level: str) -> None:
    """DataError names the first row whose answer is no number that `level` can use; rows count from
    1, the header not counted. Nominal answers, and those with an order of their own, need none."""
    column = table[VALUE]
    if level == "nominal" or isinstance(column.dtype, pd.CategoricalDtype):
        return
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64)
    wrong = column.notna().to_numpy() & ~np.isfinite(numbers)
    problem = f"level {level!r} needs numbers; {{}} is not one"
    if not wrong.any():
        wrong = np.abs(numbers) > LARGEST
        problem = (
            f"{{}} is too large to compute with (at most {LARGEST:g}); correct it or leave it out"
        )
    if level == "ratio" and not wrong.any():
        wrong = numbers < 0
        problem = "level 'ratio' needs numbers from 0 up; {} is below"
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise DataError(f"{path}, row {row + 1}: {problem.format(shown(column.iloc[row]))}")


def typed_together(table: pd.DataFrame) -> pd.DataFrame:
    """The table with answers and gold both as text where one column is numbers and one is not.

    A whole number loses its point: 1.0 is "1". Missing cells stay missing.
    """
    both = [name for name in (VALUE, GOLD) if name in table]
    if len({pd.api.types.is_numeric_dtype(table[name]) for name in both}) < 2:
        return table
    return table.assign(**{name: table[name].astype(object).map(_as_text) for name in both})


def _as_text(cell: Any) -> Any:
    if isinstance(cell, float):
        return None if np.isnan(cell) else str(int(cell) if cell.is_integer() else cell)
    return None if pd.isna(cell) else str(cell)


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Write a table in the format that its suffix names, whole or not at all."""
    write_whole(path, table_content(path, table))


def table_content(path: Path, table: pd.DataFrame) -> str | bytes:
    """What the file `path` would hold; a Parquet column of several types is refused."""
    check_suffix(path)
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return str(table.to_csv(index=False))
    if suffix == ".jsonl":
        return table.to_json(orient="records", lines=True, force_ascii=False) or ""
    try:
        return bytes(table.to_parquet(index=False))
    except (ValueError, TypeError) as error:
        raise DataError(
            f"{path} cannot be written: a column mixes numbers and text, and one of Parquet has "
            "one type; write .csv or .jsonl"
        ) from error
