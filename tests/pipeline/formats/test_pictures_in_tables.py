"""Pictures in Hugging Face folders: bytes or paths, looked at like pictures of a folder."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from db.errors import ImportFailed, UsageError
from db.masks import encode
from db.store import instances
from pipeline.formats import READERS
from pipeline.formats.base import Imported, ReadOptions, whole
from pipeline.formats.writers import WRITERS
from pipeline.formats.writers.base import Record, Said
from pipeline.ingest import import_data
from pipeline.project import Project
from tests.pipeline.formats.writers.support import read_back, told
from tests.pipeline.formats.writers.test_writers import picture

PLAIN = ReadOptions()
PICTURE = pa.struct({"bytes": pa.binary(), "path": pa.string()})


def png(shade: int = 0, size: tuple[int, int] = (3, 2)) -> bytes:
    file = io.BytesIO()
    Image.new("L", size, shade).save(file, "PNG")
    return file.getvalue()


def broken_off() -> bytes:
    file = io.BytesIO()
    Image.linear_gradient("L").save(file, "PNG")
    return file.getvalue()[: file.tell() // 2]


def saved(folder: Path, pictures: Sequence[Any], info: Any = None, **others: list[Any]) -> Path:
    """A data set as `save_to_disk` lays it out; `pictures`: bytes, a path, or None."""
    folder.mkdir(parents=True, exist_ok=True)
    held = [
        {"bytes": None, "path": p} if isinstance(p, str) else p and {"bytes": p, "path": None}
        for p in pictures
    ]
    table = pa.table({"image": pa.array(held, PICTURE), **others})
    path = str(folder / "d.arrow")
    with pa.OSFile(path, "wb") as file, pa.ipc.new_stream(file, table.schema) as stream:
        stream.write_table(table)
    (folder / "state.json").write_text(json.dumps({"_data_files": [{"filename": "d.arrow"}]}))
    (folder / "dataset_info.json").write_text(json.dumps(info or {}))
    return folder


def read(path: Path, options: ReadOptions = PLAIN) -> Imported:
    return whole(READERS.load("hf")(path, options))


def contents(found: Imported) -> list[bytes | None]:
    assert found.load is not None
    return [found.load(instance).image for instance in found.instances]


def test_bytes_and_paths_are_read_when_they_are_asked_for(tmp_path: Path) -> None:
    folder = saved(tmp_path / "a", [png(1), "b.png", "in/c.png"])
    (folder / "in").mkdir()
    (folder / "b.png").write_bytes(png(2))
    (folder / "in" / "c.png").write_bytes(png(3, (5, 4)))
    found = read(folder)
    assert [(i.kind, i.size, i.image) for i in found.instances] == [
        ("image", (3, 2), None),
        ("image", (3, 2), None),
        ("image", (5, 4), None),
    ]
    assert contents(found) == [png(1), png(2), png(3, (5, 4))]
    assert [i.attributes.get("file") for i in found.instances] == [None, "b.png", "c.png"]
    assert not found.annotations


def test_classes_splits_and_other_columns_are_read_as_with_texts(tmp_path: Path) -> None:
    info = {"features": {"label": {"_type": "ClassLabel", "names": ["cat", "dog"]}}}
    root = tmp_path / "both"
    saved(root / "train", [png(1), png(2)], info, label=[1, -1], year=[1, 2])
    saved(root / "test", [png(3)], info, label=[0], year=[3])
    (root / "dataset_dict.json").write_text(json.dumps({"splits": ["train", "test"]}))
    found = read(root)
    described = [(i.label, i.split) for i in found.instances]
    assert described == [("dog", "train"), (None, "train"), ("cat", "test")]
    assert contents(found) == [png(1), png(2), png(3)]
    assert found.notes == (
        "the pictures are those of the column 'image'",
        "fields that were not read: 'year'",
    )


def test_more_pictures_than_are_held_at_once_and_rows_without(tmp_path: Path) -> None:
    shades: list[Any] = [png(n) for n in range(40)]
    found = read(saved(tmp_path / "a", [*shades[:20], None, *shades[20:], shades[0]]))
    assert contents(found) == shades
    assert found.skipped == {"records without a picture": 1}


@pytest.mark.parametrize(
    ("held", "problem"),
    [
        (b"no picture", "record 2: is no PNG, JPEG, WebP or GIF picture"),
        (broken_off(), "record 2: is damaged"),
        ("gone.png", "record 2: the picture 'gone.png' is not a regular file"),
        ("../out.png", "record 2: the picture '../out.png' does not lie in a/"),
        ("link.png", "record 2: the picture 'link.png' does not lie in a/"),
        (b"\0" * (32 * 2**20 + 1), "record 2: the picture is larger than 32 MiB"),
    ],
)
def test_what_cannot_be_shown_stops_the_import(held: Any, problem: str, tmp_path: Path) -> None:
    (tmp_path / "out.png").write_bytes(png())
    folder = saved(tmp_path / "a", [png(1), held])
    (folder / "link.png").symlink_to(tmp_path / "out.png")
    with pytest.raises(ImportFailed) as failed:
        read(folder)
    assert problem in str(failed.value)


def test_a_contradiction_and_a_changed_file_are_told(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match="label 'b' contradicts 'a'"):
        read(saved(tmp_path / "a", [png(1), png(1)], label=["a", "b"]))
    found = read(saved(tmp_path / "b", [png(1)]))
    saved(tmp_path / "b", [png(2)])
    with pytest.raises(ImportFailed, match="changed while it was imported"):
        contents(found)


def test_texts_are_read_where_rows_have_both_unless_the_picture_is_named(tmp_path: Path) -> None:
    folder = saved(tmp_path / "a", [png(1)], text=["a caption"])
    assert [i.kind for i in read(folder).instances] == ["text"]
    assert [i.kind for i in read(folder, ReadOptions(text="image")).instances] == ["image"]
    two = saved(tmp_path / "b", [png(1)], mask=pa.array([{"bytes": png(), "path": ""}], PICTURE))
    with pytest.raises(ImportFailed, match="several columns of pictures: 'image', 'mask'"):
        read(two)
    (instance,) = read(two, ReadOptions(text="mask")).instances
    with pytest.raises(UsageError, match="'text_pair'"):
        read(two, ReadOptions(text="mask", text_pair="image"))
    assert instance.attributes == {}


def answered() -> list[Record]:
    """Three pictures with masks, and one person who rated two items of the first."""
    levels = {"rating": "ordinal", "why": "text"}
    said = (
        Said("p9", {"rating": 3, "why": "ü"}, levels, "t1", "a", "overlay"),
        Said("p9", {"rating": 1}, levels, "t2", "b", "plain"),
    )
    first = picture(10, "cat", "train")
    return [
        replace(first, annotations=(*first.annotations, *said)),
        picture(20, "dog", "any split"),
        replace(picture(30, None), annotations=()),
    ]


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    records = answered()
    written = WRITERS.load("hf")(records, tmp_path / "out")
    WRITERS.load("hf")(records, tmp_path / "again")
    for name in ("data-00000-of-00001.arrow", "state.json"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()
    assert (written.records, dict(written.skipped)) == (3, {})
    found = read(tmp_path / "out")
    assert contents(found) == [record.instance.image for record in records]
    assert [(i.id, i.label, i.split, i.attributes) for i in found.instances] == [
        (r.instance.id, r.instance.label, r.instance.split, {}) for r in records
    ]
    assert read_back(found) == told(records)
    assert found.questions == {
        "label": "nominal",
        "marks": "set",
        "rating": "ordinal",
        "why": "text",
    }
    assert found.annotations[3].shown == {"item": "t1", "condition": "a", "presentation": "overlay"}


def test_an_import_stores_the_pictures(make_project: Any, tmp_path: Path) -> None:
    WRITERS.load("hf")(answered(), tmp_path / "out")
    project: Project = make_project()
    report = import_data(project, "hf", tmp_path / "out", PLAIN)
    assert (report.instances_new, report.annotations) == (3, 8)
    held = {i.id: i.image for i in instances.read(project.engine)}
    assert held == {r.instance.id: r.instance.image for r in answered()}


def test_datasets_decodes_the_column(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    records = answered()
    WRITERS.load("hf")(records, tmp_path / "out")
    loaded = datasets.load_from_disk(str(tmp_path / "out"))
    assert isinstance(loaded.features["image"], datasets.Image)
    assert np.asarray(loaded[1]["image"]).tolist() == [[20] * 3] * 2
    assert loaded[0]["annotations"][0]["marks"] == encode(np.array([[0, 1, 0], [0, 1, 1]]))
    loaded.save_to_disk(str(tmp_path / "again"))
    assert read_back(read(tmp_path / "again")) == told(records)


def test_what_datasets_saves_is_read(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    (tmp_path / "x.png").write_bytes(png(7))
    features = datasets.Features(
        {"image": datasets.Image(), "label": datasets.ClassLabel(names=["cat", "dog"])}
    )
    rows = {"image": [str(tmp_path / "x.png"), {"bytes": png(8), "path": None}], "label": [0, 1]}
    made = datasets.Dataset.from_dict(rows, features=features)
    datasets.DatasetDict({"test": made}).save_to_disk(str(tmp_path / "hub"))
    found = read(tmp_path / "hub")
    assert [(i.label, i.split, i.attributes) for i in found.instances] == [
        ("cat", "test", {"file": "x.png"}),
        ("dog", "test", {}),
    ]
    assert contents(found) == [png(7), png(8)]
