"""Parquet files and Hugging Face data sets: the fields of jsonl in columns."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from db.errors import ImportFailed, UsageError
from pipeline.formats import READERS
from pipeline.formats.base import Imported, ReadOptions, whole
from pipeline.formats.hf import read_dataset

PLAIN = ReadOptions()
ROWS = [
    {"text": "good food", "label": "1", "rationale": [[0, 4]], "year": 2020},
    {"text": "bad wine", "label": None, "rationale": None, "year": 2021},
]


def parquet(folder: Path, rows: list[dict[str, Any]] | pa.Table) -> Path:
    if isinstance(rows, list):
        names = dict.fromkeys(name for row in rows for name in row)
        rows = pa.table({name: [row.get(name) for row in rows] for name in names})
    pq.write_table(rows, folder / "data.parquet")
    return folder / "data.parquet"


def saved(folder: Path, table: pa.Table, info: Any = None, **state: Any) -> Path:
    """A data set as `save_to_disk` lays it out."""
    folder.mkdir(parents=True, exist_ok=True)
    path = str(folder / "data-00000-of-00001.arrow")
    with pa.OSFile(path, "wb") as file, pa.ipc.new_stream(file, table.schema) as stream:
        stream.write_table(table)
    files = {"_data_files": [{"filename": "data-00000-of-00001.arrow"}]}
    (folder / "state.json").write_text(json.dumps(files | state))
    (folder / "dataset_info.json").write_text(json.dumps(info or {}))
    return folder


def read(name: str, path: Path, options: ReadOptions = PLAIN) -> Imported:
    found: Imported = whole(READERS.load(name)(path, options))
    return found


@pytest.mark.parametrize("name", ["parquet", "hf"])
def test_columns_are_read_like_fields(name: str, tmp_path: Path) -> None:
    table = pa.Table.from_pylist(ROWS)
    path = parquet(tmp_path, table) if name == "parquet" else saved(tmp_path / "a", table)
    found = read(name, path)
    assert [(i.text, i.label) for i in found.instances] == [("good food", "1"), ("bad wine", None)]
    (annotation,) = found.annotations
    assert (annotation.values, annotation.line) == ({"label": "1", "marks": [0]}, 1)
    assert found.notes == ("fields that were not read: 'year'",)


def test_options_give_other_names(tmp_path: Path) -> None:
    rows = [{"premise": "a b", "hypothesis": "c", "gold": 1, "fold": "dev", "why": [[2, 3]]}]
    options = ReadOptions("premise", "hypothesis", "gold", "fold", "why")
    found = read("parquet", parquet(tmp_path, rows), options)
    (instance,) = found.instances
    assert (instance.text_pair, instance.label, instance.split) == ("c", "1", "dev")
    assert found.annotations[0].values["marks"] == [1]
    assert not found.notes


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (pa.map_(pa.string(), pa.string()), [("a", "x")]),
        (pa.struct({"a": pa.string(), "b": pa.string()}), {"a": "x", "b": None}),
        (
            pa.list_(pa.struct({"name": pa.string(), "value": pa.string()})),
            [{"name": "a", "value": "x"}],
        ),
    ],
)
def test_attributes_in_each_form(kind: pa.DataType, value: Any, tmp_path: Path) -> None:
    table = pa.table({"text": ["t"], "attributes": pa.array([value], kind)})
    assert read("parquet", parquet(tmp_path, table)).instances[0].attributes == {"a": "x"}


def test_what_pandas_writes_is_read(tmp_path: Path) -> None:
    said = [{"worker": "w", "label": "x", "marks": [0]}, {"worker": None, "label": "y"}]
    frame = pd.DataFrame({"text": ["t"], "annotations": [said]})
    frame.to_parquet(tmp_path / "data.parquet")
    found = read("parquet", tmp_path / "data.parquet")
    assert [a.values for a in found.annotations] == [{"label": "x", "marks": [0]}, {"label": "y"}]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"text": None}, "record 2: the field 'text' is missing"),
        ({"text": " "}, "record 2: the text is empty"),
        ({"text": "a", "rationale": [[0, 2]]}, r"record 2: span \[0, 2\] ends beyond"),
        ({"text": "a", "rationale": [[0]]}, "record 2: .* must hold pairs"),
        ({"text": "abcd", "tokens": [[0, 2], [1, 4]]}, r"record 2: token \[1, 4\] overlaps"),
        ({"text": "a b", "tokens": [[0, 1], [2, 4]]}, "record 2: .* ends beyond the text"),
        ({"text": "t", "label": "other"}, "'other' contradicts '1', .* on record 1"),
        ({"text": "t", "annotations": [{"marks": [1]}]}, "record 2: token position 1 does not"),
        ({"text": "t", "annotations": [{"marks": None}]}, "record 2: the field 'marks' is missing"),
        ({"text": "u", "id": "same"}, "record 2: the id 'same' stands for something else"),
    ],
)
def test_faults_name_the_record(row: dict[str, Any], problem: str, tmp_path: Path) -> None:
    first = {"text": "t", "label": "1", "id": "same"}
    with pytest.raises(ImportFailed, match=problem):
        read("parquet", parquet(tmp_path, [first, row]))


def test_floats_are_no_positions(tmp_path: Path) -> None:
    for marks in ([0.0], [float("nan")], [float("inf")]):
        rows = [{"text": "t", "annotations": [{"marks": marks}]}]
        with pytest.raises(ImportFailed, match="record 1: .* whole numbers"):
            read("parquet", parquet(tmp_path, rows))


def test_columns_that_json_cannot_hold_are_refused(tmp_path: Path) -> None:
    for value in (b"a", datetime.datetime(2020, 1, 1), [b"a"]):
        rows = [{"text": "t", "rationale": value, "unread": b"x"}]
        with pytest.raises(ImportFailed, match="the column 'rationale' is of type"):
            read("parquet", parquet(tmp_path, rows))


def test_files_that_break_off(tmp_path: Path) -> None:
    path = parquet(tmp_path, ROWS)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(ImportFailed, match=r"data.parquet: cannot be read; is it complete"):
        read("parquet", path)
    folder = saved(tmp_path / "hf", pa.Table.from_pylist(ROWS * 500))
    (file,) = folder.glob("*.arrow")
    file.write_bytes(file.read_bytes()[:-2000])
    with pytest.raises(ImportFailed, match=r"\.arrow: cannot be read; is it complete"):
        read("hf", folder)
    latin = pa.array([b"caf\xe9"]).cast(pa.binary()).view(pa.string())
    with pytest.raises(ImportFailed, match="not UTF-8"):
        read("hf", saved(tmp_path / "latin", pa.table({"text": latin})))


def test_each_part_of_a_dict_is_a_split_and_classes_have_names(tmp_path: Path) -> None:
    info = {"features": {"label": {"names": ["neg", "pos"], "_type": "ClassLabel"}}}
    for split, text in (("train", "a"), ("test", "b")):
        table = pa.table({"text": [text, text + "2"], "label": [1, -1]})
        saved(tmp_path / split, table, info)
    (tmp_path / "dataset_dict.json").write_text('{"splits": ["train", "test"]}')
    found = read("hf", tmp_path)
    assert [(i.text, i.label, i.split) for i in found.instances] == [
        ("a", "pos", "train"),
        ("a2", None, "train"),
        ("b", "pos", "test"),
        ("b2", None, "test"),
    ]
    saved(tmp_path / "test", pa.table({"text": ["c"], "label": [2]}), info)
    with pytest.raises(ImportFailed, match="record 1: the field 'label' holds the class 2 of 2"):
        read("hf", tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("dataset_dict.json", '{"splits": ["../x"]}', "is no name of a file or folder beside it"),
        ("dataset_dict.json", '{"splits": []}', "names no splits"),
        ("state.json", '{"_data_files": [{"filename": "gone.arrow"}]}', "gone.arrow: there is no"),
        ("state.json", "{}", "does not list its files"),
        ("state.json", '{"_data_files": [], "_indices_files": [1]}', "call flatten_indices"),
        ("other.json", "{}", "is no folder that save_to_disk wrote"),
    ],
)
def test_folders_that_are_none(name: str, content: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(ImportFailed, match=problem):
        read("hf", tmp_path)


def test_a_dataset_in_python_and_the_folder_it_saves(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    names = datasets.ClassLabel(names=["neg", "pos"])
    features = datasets.Features(
        {
            "text": datasets.Value("string"),
            "label": names,
            "rationale_tokens": datasets.Sequence(datasets.Value("int32")),
        }
    )
    columns = {"text": ["a b", "c", "d e"], "label": [1, 0, 1], "rationale_tokens": [[1], [], [0]]}
    whole = datasets.Dataset.from_dict(columns, features=features)
    part = datasets.DatasetDict({"train": whole.select([2, 0]), "test": whole.select([1])})
    given = read_dataset(part, PLAIN)
    assert [(i.text, i.label, i.split) for i in given.instances] == [
        ("d e", "pos", "train"),
        ("a b", "pos", "train"),
        ("c", "neg", "test"),
    ]
    assert [a.values["marks"] for a in given.annotations] == [[0], [1], []]
    part.save_to_disk(str(tmp_path / "out"))
    loaded = read("hf", tmp_path / "out")
    assert [i.id for i in loaded.instances] == [i.id for i in given.instances]
    assert [a.values for a in loaded.annotations] == [a.values for a in given.annotations]
    assert len(read_dataset(whole, PLAIN).instances) == 3
    with pytest.raises(UsageError, match="expected a datasets.Dataset"):
        read_dataset([1], PLAIN)  # type: ignore[arg-type]
