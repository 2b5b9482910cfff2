"""Plain files as long tables: CSV, JSON lines and Parquet."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from db.columns import GOLD, UNIT, VALUE, WORKER, require
from db.errors import DataError, UsageError
from pipeline.files import write_whole

SUFFIXES = (".csv", ".jsonl", ".parquet")


def is_table(target: str) -> bool:
    """Whether a command's target names a file rather than a campaign."""
    return Path(target).suffix.lower() in SUFFIXES


def read_table(path: Path) -> pd.DataFrame:
    """The file as a table; columns as they are."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise UsageError(f"{path}: tables are read from {', '.join(SUFFIXES)}, not {suffix!r}")
    try:
        if suffix == ".csv":
            return pd.read_csv(path)
        if suffix == ".jsonl":
            return pd.read_json(path, lines=True)
        return pd.read_parquet(path)
    except FileNotFoundError as error:
        raise DataError(f"there is no file {path}") from error
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read as {suffix[1:]}: {error}") from error


def judgements_of(
    path: Path, *, unit: str, value: str, worker: str | None, gold: str | None = None
) -> pd.DataFrame:
    """A judgement table from a file: columns unit, worker, value (and gold) as the user named them.

    Without a worker column every row is an anonymous worker of its own.
    """
    table = read_table(path)
    wanted = [unit, value, *(c for c in (worker, gold) if c is not None)]
    require(table, wanted, str(path))
    columns = {UNIT: table[unit], VALUE: table[value]}
    columns[WORKER] = table[worker] if worker else pd.Series(range(len(table)), index=table.index)
    if gold is not None:
        columns[GOLD] = table[gold]
    return pd.DataFrame(columns)


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Write a table in the format that its suffix names, whole or not at all."""
    suffix = path.suffix.lower()
    if suffix == ".csv":
        write_whole(path, table.to_csv(index=False))
    elif suffix == ".jsonl":
        write_whole(path, table.to_json(orient="records", lines=True, force_ascii=False) or "")
    elif suffix == ".parquet":
        beside = path.with_name(f".{path.name}.part")
        table.to_parquet(beside, index=False)
        beside.replace(path)
    else:
        raise UsageError(f"{path}: tables are written as {', '.join(SUFFIXES)}, not {suffix!r}")
