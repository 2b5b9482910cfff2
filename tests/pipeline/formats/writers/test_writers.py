"""What the written files are to programs that are not ours, and what cannot be written."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from db.errors import DataError, UsageError
from db.masks import encode
from pipeline.formats.instances import image_instance, row_instance, text_instance
from pipeline.formats.tokens import as_offsets
from pipeline.formats.writers import WRITERS
from pipeline.formats.writers.base import Record, Said
from tests.pipeline.formats.writers.support import content, example, read, read_back, told

EXAMPLES = [example(), example("Never a dull\nmoment.", None)]


def picture(shade: int, label: str | None = "cat", split: str | None = None) -> Record:
    """A picture of 3 x 2 pixels with two masks."""
    file = io.BytesIO()
    Image.new("L", (3, 2), shade).save(file, "PNG")
    instance = image_instance(file.getvalue(), {"label": label, "split": split})
    mask = encode(np.array([[0, 1, 0], [0, 1, 1]]))
    nothing = encode(np.zeros((2, 3)))
    people = (Said("p1", {"label": "dog", "marks": mask}), Said("p2", {"marks": nothing}))
    return Record(instance, annotations=(*people, Said("p3", {"label": "cat"})))


def test_json_lines_are_json_with_the_numbers_as_they_were(tmp_path: Path) -> None:
    written = WRITERS.load("jsonl")(EXAMPLES, tmp_path / "out.jsonl")
    first, second = map(json.loads, (tmp_path / "out.jsonl").read_text().splitlines())
    assert (written.records, dict(written.skipped)) == (2, {})
    assert first["annotations"][0] == {"worker": "p1", "label": "negative", "marks": [1, 3]}
    assert first["models"] == {"attention": [0.1] * 4}
    assert first["human"]["scores"] == [0, 0.33333334, 0.6666667, 1]
    assert "label" not in second
    found = read("jsonl", tmp_path / "out.jsonl")
    assert found.notes == ("fields that were not read: 'human', 'models'",)


def test_pandas_reads_the_parquet_file(tmp_path: Path) -> None:
    WRITERS.load("parquet")(EXAMPLES, tmp_path / "out.parquet")
    frame = pd.read_parquet(tmp_path / "out.parquet")
    assert frame["text"].tolist() == [e.instance.text for e in EXAMPLES]
    assert frame.loc[0, "annotations"][0]["marks"].tolist() == [1, 3]
    assert frame.loc[0, "models"][0]["scores"].dtype == np.float32
    assert frame.loc[0, "attributes"].tolist() == [{"name": "source", "value": "menu"}]


def test_pandas_reads_the_csv(tmp_path: Path) -> None:
    written = WRITERS.load("csv")(EXAMPLES, tmp_path / "out.csv")
    frame = pd.read_csv(tmp_path / "out.csv", keep_default_na=False)
    assert frame["rationale"].tolist() == ["[[4, 8], [13, 18]]", "[]", "[[6, 7], [13, 20]]", "[]"]
    assert frame["worker"].tolist() == ["p1", "p2", "p1", "p2"]
    assert frame["annotation"].tolist() == [1, 2, 3, 4]
    assert dict(written.skipped) == {
        "consensus of the crowd": 2,
        "rationales of models": 2,
        "instances whose attributes were left out": 2,
    }
    with (tmp_path / "out.csv").open(newline="") as file:
        assert len(list(csv.reader(file))) == 5


def test_datasets_loads_the_folder(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    WRITERS.load("hf")(EXAMPLES, tmp_path / "out")
    loaded = datasets.load_from_disk(str(tmp_path / "out"))
    assert loaded["text"][:] == [e.instance.text for e in EXAMPLES]
    assert loaded[0]["annotations"][0]["marks"] == [1, 3]
    assert loaded[0]["human"]["method"] == "majority"
    loaded.save_to_disk(str(tmp_path / "again"))
    ours, theirs = (read("hf", tmp_path / name) for name in ("out", "again"))
    assert [content(i) for i in theirs.instances] == [content(i) for i in ours.instances]
    assert read_back(theirs) == read_back(ours) == told(EXAMPLES)


def test_label_studio_tasks_quote_what_they_mark(tmp_path: Path) -> None:
    WRITERS.load("label_studio")(EXAMPLES, tmp_path / "out.json")
    tasks = json.loads((tmp_path / "out.json").read_text())
    for task in tasks:
        for annotation in task["annotations"]:
            for result in annotation["result"]:
                value = result["value"]
                if result["type"] == "labels":
                    assert task["data"]["text"][value["start"] : value["end"]] == value["text"]
    assert [a["completed_by"] for task in tasks for a in task["annotations"]] == [1, 2, 1, 2]


def test_pictures_and_masks_come_back(tmp_path: Path) -> None:
    records = [picture(10, "cat", "train"), picture(20, "dog"), picture(30, None, "train")]
    written = WRITERS.load("masks")(records, tmp_path / "out")
    WRITERS.load("masks")(records, tmp_path / "again")
    assert (tmp_path / "out/masks.json").read_bytes() == (
        tmp_path / "again/masks.json"
    ).read_bytes()
    reasons = {"splits that folders cannot say: without a label, or none that train knows": 1}
    assert dict(written.skipped) == reasons
    found = read("masks", tmp_path / "out")
    described = {i.id: (i.label, i.split) for i in found.instances}
    ids = [record.instance.id for record in records]
    assert described == dict(zip(ids, [("cat", "train"), ("dog", None), (None, None)], strict=True))
    assert read_back(found) == told(records)
    assert found.load is not None
    assert {found.load(i).image for i in found.instances} == {r.instance.image for r in records}
    entry = json.loads((tmp_path / "out/masks.json").read_text())["annotations"][0]
    assert (entry["area"], entry["bbox"]) == (3, [1, 0, 2, 2])


@pytest.mark.parametrize("name", list(WRITERS))
def test_nothing_is_overwritten_and_nothing_half_written(name: str, tmp_path: Path) -> None:
    def breaks_off() -> Iterator[Record]:
        yield picture(10) if name == "masks" else example()
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        WRITERS.load(name)(breaks_off(), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "out").write_text("mine")
    with pytest.raises(UsageError, match="there already"):
        WRITERS.load(name)([example()], tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"
    with pytest.raises(DataError, match="nothing to write"):
        WRITERS.load(name)([Record(row_instance({"a": 1.0}, {}))], tmp_path / "rows")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out"]


def test_what_is_left_out_is_counted(tmp_path: Path) -> None:
    answers = (Said("p1", {"label": "x", "why": "because"}), Said("p2", {"why": "so"}))
    letters = as_offsets([(0, 1), (1, 2)])
    records = [
        replace(example(), annotations=answers, human=None, models={}),
        example(),
        Record(row_instance({"age": 3.0}, {})),
        Record(text_instance("ab", {}, letters)),
    ]
    kept = WRITERS.load("jsonl")(records, tmp_path / "a")
    expected = {"instances that were written before": 1, "instances of the kind 'row'": 1}
    assert (kept.records, dict(kept.skipped)) == (2, expected)
    fewer = WRITERS.load("label_studio")(records, tmp_path / "b")
    left_out = {
        "instances with tokens that are not what whitespace parts": 1,
        "answers to other questions than label and marks": 2,
        "annotations that say neither label nor marks": 1,
    }
    assert (fewer.records, dict(fewer.skipped)) == (1, expected | left_out)


@pytest.mark.parametrize("name", ["jsonl", "csv", "parquet", "hf", "label_studio"])
@pytest.mark.parametrize(
    ("record", "problem"),
    [
        (replace(example(), annotations=(Said("p", {"marks": [4]}),)), "position 4 does not exist"),
        (replace(example(), annotations=(Said("p", {"marks": [0.5]}),)), "whole numbers"),
        (replace(example(), models={"m": np.full(4, np.nan, np.float32)}), "NaN or infinity"),
        (replace(example(), models={"m": np.zeros(3, np.float32)}), "for 4 units"),
    ],
)
def test_records_that_contradict_themselves_are_refused(
    name: str, record: Record, problem: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=problem):
        WRITERS.load(name)([record], tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["csv", "parquet", "hf", "label_studio"])
def test_half_characters_are_for_json_lines_alone(name: str, tmp_path: Path) -> None:
    record = Record(text_instance("half \ud83d", {}), annotations=(Said(None, {"marks": [0]}),))
    with pytest.raises(DataError, match="half a character"):
        WRITERS.load(name)([record], tmp_path / "out")
    WRITERS.load("jsonl")([record], tmp_path / "lines")
    (instance,) = read("jsonl", tmp_path / "lines").instances
    assert instance.text == "half \ud83d"


def test_labels_that_are_no_folders_are_refused(tmp_path: Path) -> None:
    for label in ("..", "a/b", ".hidden"):
        with pytest.raises(DataError, match="name of a folder"):
            WRITERS.load("masks")([picture(10, label)], tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
