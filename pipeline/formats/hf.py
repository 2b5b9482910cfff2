"""Hugging Face data sets: a folder that `save_to_disk` wrote, or a data set given in Python.

    state.json, dataset_info.json, data-*.arrow          one data set
    dataset_dict.json, train/, test/, …                  several, each in a folder of its own

The columns are called and read like the fields of the jsonl format, under the names that the read
options give. A column of class labels gives their names. Each of several data sets is a split,
unless its rows name one. The folder is read with pyarrow alone: nothing of it is run, and the
`datasets` library need not be there. Selections that were not flattened before saving are
refused, because only that library reads them. Columns of pictures: see `pictures_in_tables.py`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa  # type: ignore[import-untyped]

from db.errors import ImportFailed, UsageError
from pipeline.formats.arrow import BATCH, ClassNames, records, translated
from pipeline.formats.base import Imported, Reading, ReadOptions, whole
from pipeline.formats.jsonl import read_records
from pipeline.formats.lines import what_is
from pipeline.formats.objects import Record
from pipeline.formats.pictures_in_tables import Table, picture_column, read_pictures
from pipeline.formats.whole_json import json_object

DICT, STATE, INFO = "dataset_dict.json", "state.json", "dataset_info.json"


class Dataset(Protocol):
    """What is used of a `datasets.Dataset`."""

    features: Mapping[str, Any]

    def with_format(self, type: str) -> Any: ...


def read(path: Path, options: ReadOptions) -> Reading:
    """Every row of the folder; one that cannot be read fails the whole import."""
    parts = _parts(path)
    tables = [table for p in parts.items() for table in _tables(*p, options)]
    pictures = picture_column(tables, options)
    if pictures is not None:
        return read_pictures(path, tables, pictures, options)
    return read_records(path, options, (r for p in parts.items() for r in _of_folder(*p, options)))


def read_dataset(dataset: Dataset | Mapping[str, Dataset], options: ReadOptions) -> Imported:
    """A `Dataset`, or a `DatasetDict` of which each part is a split, as `read` reads a folder."""
    parts = dataset if isinstance(dataset, Mapping) else {"": dataset}
    path = Path("dataset")
    rows = (r for p in parts.items() for r in _of_part(*p, options))
    return whole(read_records(path, options, rows))


def _of_part(split: str, part: Dataset, options: ReadOptions) -> Iterator[Record]:
    if not hasattr(part, "features") or not hasattr(part, "with_format"):
        raise UsageError("expected a datasets.Dataset, or a dict of them by split")
    names = {
        column: tuple(feature.names)
        for column, feature in part.features.items()
        if getattr(feature, "names", None)
    }
    batches = part.with_format("arrow").iter(batch_size=BATCH)
    more = _split(split, options)
    return records(Path(f"dataset {split}".strip()), batches, options, names, more)


def _parts(path: Path) -> dict[Path, str]:
    """Folder of a data set → its split, "" for a data set that is alone."""
    if what_is(path / STATE) == "file":
        return {path: ""}
    if what_is(path / DICT) != "file":
        problem = f"is no folder that save_to_disk wrote: neither {STATE} nor {DICT} is in it"
        raise ImportFailed(path, None, problem)
    splits = json_object(path / DICT).get("splits")
    if not isinstance(splits, list) or not splits:
        raise ImportFailed(path / DICT, None, "names no splits")
    return {path / _plain(path / DICT, split): str(split) for split in splits}


def _tables(folder: Path, split: str, options: ReadOptions) -> list[Table]:
    """The files of one data set of the folder."""
    state = json_object(folder / STATE)
    if state.get("_indices_data_files") or state.get("_indices_files"):
        problem = "holds a selection of rows; call flatten_indices() before save_to_disk()"
        raise ImportFailed(folder, None, problem)
    names, more = _class_names(folder / INFO), _split(split, options)
    return [Table(file, names, more) for file in _data_files(folder, state)]


def _of_folder(folder: Path, split: str, options: ReadOptions) -> Iterator[Record]:
    number = 0
    for file, names, more in _tables(folder, split, options):
        for record in records(file, _batches(file), options, names, more):
            number += 1
            yield record
    if not number and split == "":
        raise ImportFailed(folder, None, "holds no records")


def _data_files(folder: Path, state: Mapping[str, Any]) -> list[Path]:
    listed = state.get("_data_files")
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        raise ImportFailed(folder / STATE, None, "does not list its files under '_data_files'")
    files = [folder / _plain(folder / STATE, entry.get("filename")) for entry in listed]
    for file in files:
        if what_is(file) != "file":
            raise ImportFailed(file, None, f"there is no such file, and {STATE} names it")
    return files


def _plain(source: Path, name: Any) -> str:
    """A name that leads nowhere but into the folder."""
    if not isinstance(name, str) or name in ("", ".", "..") or os.path.basename(name) != name:
        raise ImportFailed(source, None, f"{name!r} is no name of a file or folder beside it")
    return name


def _class_names(path: Path) -> ClassNames:
    """Column → names of its classes, as the file of features has them."""
    features = json_object(path).get("features") if what_is(path) == "file" else None
    if not isinstance(features, dict):
        return {}
    found = {}
    for column, feature in features.items():
        names = feature.get("names") if isinstance(feature, dict) else None
        if isinstance(names, list) and feature.get("_type") == "ClassLabel":
            found[column] = tuple(str(name) for name in names)
    return found


def _split(split: str, options: ReadOptions) -> dict[str, str]:
    return {options.split or "split": split} if split else {}


def _batches(file: Path) -> Iterable[pa.RecordBatch]:
    """The batches of a file, in slices: a writer may have put everything into one."""
    with translated(file), pa.memory_map(str(file)) as source, pa.ipc.open_stream(source) as stream:
        for batch in stream:
            for start in range(0, batch.num_rows, BATCH):
                yield batch.slice(start, BATCH)
