"""A file read in pieces is the file read at once: same instances, same faults, less memory."""

from __future__ import annotations

import json
import tracemalloc
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.errors import ImportFailed
from pipeline.formats import READERS, gather
from pipeline.formats.base import Piece, Reader, ReadOptions, drain, whole

PLAIN = ReadOptions()


def written(path: Path, records: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def pieces(name: str, path: Path) -> list[Piece]:
    reader: Reader = READERS.load(name)
    found: list[Piece] = []
    drain(found.append, reader(path, PLAIN))
    return found


def content(name: str, path: Path) -> Any:
    """Everything that a reader says of a file, its fault included, in a form to compare."""
    try:
        found = whole(READERS.load(name)(path, PLAIN))
    except ImportFailed as fault:
        return str(fault)
    instances = [
        astuple(replace(i, offsets=None, offsets_pair=None))  # type: ignore[arg-type]
        + (i.tokens,)
        for i in found.instances
    ]
    return instances, astuple(replace(found, instances=(), load=None))


RECORD = st.fixed_dictionaries(
    {"text": st.sampled_from(["a b", "a  b", "c"])},
    optional={
        "label": st.sampled_from(["x", "x", "x", "y"]),
        "split": st.sampled_from(["train", "test"]),
        "id": st.sampled_from(["1", "2", "3"]),
        "tokens": st.sampled_from([[[0, 1]], None]),
        "annotations": st.lists(
            st.fixed_dictionaries(
                {"worker": st.sampled_from(["v", "w", None]), "marks": st.just([0])}
            ),
            max_size=2,
        ),
    },
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
@given(st.lists(RECORD, min_size=1, max_size=6))
def test_wherever_a_file_is_cut_nothing_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, records: list[dict[str, Any]]
) -> None:
    path = written(tmp_path / "d.jsonl", records)
    with monkeypatch.context() as cut:
        expected = content("jsonl", path)
        cut.setattr(gather, "RECORDS", 1)
        assert content("jsonl", path) == expected
        cut.setattr(gather, "RECORDS", 2)
        assert content("jsonl", path) == expected


@pytest.mark.parametrize("name", ["jsonl", "csv", "parquet"])
def test_large_files_come_in_pieces(name: str, tmp_path: Path) -> None:
    records = [{"text": f"text {n}", "label": "x"} for n in range(gather.RECORDS + 1)]
    path = tmp_path / "d"
    if name == "csv":
        path.write_text("text,label\n" + "".join(f"{r['text']},x\n" for r in records))
    elif name == "parquet":
        pq.write_table(pa.Table.from_pylist(records), path)
    else:
        written(path, records)
    assert [len(piece.instances) for piece in pieces(name, path)] == [gather.RECORDS, 1]


def test_long_texts_fill_a_piece_sooner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gather, "CHARACTERS", 10)
    path = written(tmp_path / "d", [{"text": text} for text in ("a" * 10, "b", "c" * 9, "d")])
    assert [len(piece.instances) for piece in pieces("jsonl", path)] == [1, 2, 1]


def test_a_label_that_comes_later_is_handed_over_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gather, "RECORDS", 1)
    path = written(tmp_path / "d", [{"text": "a"}, {"text": "b"}, {"text": "a", "label": "x"}])
    first, *_, last = pieces("jsonl", path)
    assert [i.label for i in first.instances] == [None]
    assert [(i.id, i.label) for i in last.labelled] == [(first.instances[0].id, "x")]
    a, b = whole(READERS.load("jsonl")(path, PLAIN)).instances
    assert (a.label, b.label) == ("x", None)


@pytest.mark.parametrize(
    ("first", "last", "fault"),
    [
        ({"text": "a", "label": "x"}, {"text": "a", "label": "y"}, "'y' contradicts 'x'.* line 1;"),
        ({"text": "a", "id": "7"}, {"text": "b", "id": "7"}, "id '7' .* line 1; ids must"),
        ({"text": "a b"}, {"text": "a b", "tokens": [[0, 1]]}, "tokens differ .* on line 1"),
        (
            {"text": "a", "annotations": [{"worker": "w", "marks": []}]},
            {"text": "a", "annotations": [{"worker": "w", "marks": [0]}]},
            "same worker annotated this text on line 1",
        ),
    ],
)
def test_contradictions_are_found_across_pieces(
    first: dict[str, Any], last: dict[str, Any], fault: str, tmp_path: Path
) -> None:
    between = [{"text": f"text {n}"} for n in range(gather.RECORDS)]
    path = written(tmp_path / "d.jsonl", [first, *between, last])
    with pytest.raises(ImportFailed, match=rf"d\.jsonl, line {gather.RECORDS + 2}: .*{fault}"):
        whole(READERS.load("jsonl")(path, PLAIN))


def test_a_repetition_is_dropped_across_pieces(tmp_path: Path) -> None:
    records = [{"text": f"text {n}", "rationale_tokens": [0]} for n in range(gather.RECORDS)]
    found = whole(READERS.load("jsonl")(written(tmp_path / "d", [*records, records[0]]), PLAIN))
    assert len(found.instances) == len(found.annotations) == gather.RECORDS
    assert found.notes == ("1 record repeats an earlier one and was dropped",)


def test_what_stays_of_a_line_that_was_handed_over_is_small(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gather, "RECORDS", 40)

    def held(number: int) -> int:
        lines = ({"text": f"a text of some words {n}", "id": f"{n}"} for n in range(number))
        marked = [line | {"annotations": [{"worker": "w", "marks": [1]}]} for line in lines]
        path = written(tmp_path / "d", marked)
        reading = READERS.load("jsonl")(path, PLAIN)
        tracemalloc.start()
        drain(lambda piece: None, reading)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    # Its instance and its annotation take 2 kB; what stays are digests and some numbers, in tables
    # that grow by doubling.
    assert held(600) - held(200) < 400 * 800
