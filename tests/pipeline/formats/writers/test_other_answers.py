"""Answers to other questions than label and marks: which formats carry them, and how."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from db.errors import DataError
from pipeline.formats.writers import WRITERS
from pipeline.formats.writers.base import Record, Said
from tests.pipeline.formats.writers.support import example
from tests.pipeline.formats.writers.test_writers import picture

LEVELS = {"rating": "ordinal", "why": "text", "better": "nominal", "parts": "set"}
Row = dict[str, Any]
PEOPLE = (
    Said(
        "p1",
        {"label": "bad", "rating": 4, "why": 'cold "soup",\nü'},
        LEVELS,
        "t1",
        "a",
        "plain",
        "ab",
    ),
    Said("p1", {"rating": 2, "better": None, "parts": ["x", 1.5]}, LEVELS, "t2", "b", "shown"),
    Said(None, {"marks": [0], "better": {"left": True}}, LEVELS),
    Said("p2", {"marks": [1]}),
)
RECORDS = [replace(example(), annotations=PEOPLE), example("Never a dull moment.")]
OTHERS = "answers to other questions than label and marks"


def expected(records: list[Record]) -> list[tuple[Any, ...]]:
    """One row a judgement beside label and marks."""
    return [
        (
            r.instance.text,
            s.worker or "",
            s.item,
            s.condition,
            s.presentation,
            s.side,
            q,
            LEVELS[q],
            v,
        )
        for r in records
        for s in r.annotations
        for q, v in s.values.items()
        if q in LEVELS
    ]


def unpacked(text: str, said: Row, answers: Any) -> list[tuple[Any, ...]]:
    names = ("worker", "item", "condition", "presentation", "side")
    who = tuple(said.get(name) or "" for name in names)
    return [
        (text, *who, one["question"], one["level"], json.loads(one["value"])) for one in answers
    ]


def from_lines(path: Path) -> list[tuple[Any, ...]]:
    frame = pd.read_json(path, lines=True)
    return _nested(frame)


def from_parquet(path: Path) -> list[tuple[Any, ...]]:
    return _nested(pd.read_parquet(path))


def from_folder(path: Path) -> list[tuple[Any, ...]]:
    (file,) = path.glob("*.arrow")
    with pa.memory_map(str(file)) as source:
        return _nested(pa.ipc.open_stream(source).read_pandas())


def _nested(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    rows = zip(frame["text"], frame["annotations"], strict=True)
    return [
        one
        for text, several in rows
        for said in several
        if said.get("answers") is not None
        for one in unpacked(text, said, said["answers"])
    ]


def from_csv(path: Path) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    for row in pd.read_csv(path, keep_default_na=False).to_dict("records"):
        said = {key.removeprefix("shown_"): value for key, value in row.items()}
        found += unpacked(row["text"], said, json.loads(row["worker_answers"] or "[]"))
    return found


READ: dict[str, Callable[[Path], list[tuple[Any, ...]]]] = {
    "jsonl": from_lines,
    "csv": from_csv,
    "parquet": from_parquet,
    "hf": from_folder,
}


@pytest.mark.parametrize("name", list(READ))
def test_every_answer_can_be_read_back_with_pandas(name: str, tmp_path: Path) -> None:
    written = WRITERS.load(name)(RECORDS, tmp_path / "out")
    assert READ[name](tmp_path / "out") == expected(RECORDS)
    assert len(expected(RECORDS)) == 6
    assert OTHERS not in written.skipped


def test_one_line_shows_all_that_one_person_said(tmp_path: Path) -> None:
    WRITERS.load("jsonl")(RECORDS, tmp_path / "out")
    first = json.loads((tmp_path / "out").read_text().splitlines()[0])["annotations"]
    assert first[1] == {
        "worker": "p1",
        "item": "t2",
        "condition": "b",
        "presentation": "shown",
        "answers": [
            {"question": "rating", "level": "ordinal", "value": "2"},
            {"question": "better", "level": "nominal", "value": "null"},
            {"question": "parts", "level": "set", "value": '["x", 1.5]'},
        ],
    }
    assert first[3] == {"worker": "p2", "marks": [1]}


def test_csv_has_as_many_cells_in_every_record(tmp_path: Path) -> None:
    WRITERS.load("csv")(RECORDS, tmp_path / "out")
    with (tmp_path / "out").open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert header[-4:] == ["shown_condition", "shown_presentation", "shown_side", "worker_answers"]
    assert {len(row) for row in rows} == {len(header)}
    assert [row[-1] == "" for row in rows] == [False, False, False, True, True, True]


@pytest.mark.parametrize("name", ["label_studio", "eraser", "masks"])
def test_formats_without_a_place_count_what_they_leave_out(name: str, tmp_path: Path) -> None:
    records = RECORDS
    if name == "masks":
        said = Said("p1", {"label": "dog", "rating": 1, "why": "so"})
        records = [replace(picture(10), annotations=(said, Said("p2", {"why": "no"})))]
    written = WRITERS.load(name)(records, tmp_path / "out")
    # Of the texts six answers are left out, and one annotation says nothing else.
    assert (written.skipped[OTHERS], written.skipped[SILENT]) == (
        (3, 1) if name == "masks" else (6, 1)
    )
    files = [tmp_path / "out"] if (tmp_path / "out").is_file() else (tmp_path / "out").rglob("*")
    assert not any(b"rating" in file.read_bytes() for file in files if file.is_file())


SILENT = "annotations that say neither label nor marks"


@pytest.mark.parametrize("name", list(READ))
@pytest.mark.parametrize("value", [float("nan"), {1, 2}, [float("inf")]])
def test_an_answer_that_is_no_json_is_refused(name: str, value: Any, tmp_path: Path) -> None:
    record = replace(example(), annotations=(Said("p", {"why": value}),))
    with pytest.raises(DataError, match="answer to 'why' is nothing that JSON can hold"):
        WRITERS.load(name)([record], tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["csv", "parquet", "hf"])
@pytest.mark.parametrize(
    "said", [Said("p", {"why": ["\ud83d"]}), Said("p", {"a": 1}, {}, "", "\ud83d")]
)
def test_half_characters_in_answers_are_refused(name: str, said: Said, tmp_path: Path) -> None:
    record = replace(example(), annotations=(said,))
    with pytest.raises(DataError, match="half a character"):
        WRITERS.load(name)([record], tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
