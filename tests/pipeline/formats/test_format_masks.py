"""Pictures with masks beside them, from PNG files and from COCO, into the database."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from db import frames
from db.errors import ImportFailed
from db.masks import decode, encode
from db.store import campaigns, instances
from pipeline.formats import READERS
from pipeline.formats.base import Imported, ReadOptions, whole
from pipeline.ingest import import_data
from pipeline.project import Project
from pipeline.score_files import marks_of_file

PLAIN = ReadOptions()
LEFT = [[1, 0, 0], [1, 0, 0]]
RIGHT = [[0, 0, 1], [0, 0, 1]]


def png(values: Any, mode: str = "L") -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.array(values, dtype=np.uint8)).convert(mode).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def pictures(write: Any, tmp_path: Path) -> Path:
    """Two pictures of 3 x 2 pixels, one of them labelled."""
    write(png(np.full((2, 3), 9)), "images/cat/one.png")
    write(png(np.full((2, 3), 8)), "images/two.png")
    return tmp_path


def read(folder: Path) -> Imported:
    found: Imported = whole(READERS.load("masks")(folder, PLAIN))
    return found


def said(found: Imported) -> list[tuple[str | None, Any]]:
    return [(a.worker, decode(a.values["marks"]).tolist()) for a in found.annotations]


def coco(write: Any, *annotations: Any, **more: Any) -> None:
    names = ("cat/one.png", "two.png")
    images = [{"id": n, "file_name": name, "width": 3, "height": 2} for n, name in enumerate(names)]
    write(json.dumps({"images": images, "annotations": annotations} | more), "masks.json")


def test_png_masks_of_people_and_of_nobody(write: Any, pictures: Path) -> None:
    write(png(np.array(LEFT) * 255), "masks/cat/one/p1.png")
    write(png(np.array(RIGHT) * 255, "1"), "masks/cat/one/p2.png")
    write(png(np.zeros((2, 3))), "masks/two.png")
    found = read(pictures)
    assert said(found) == [("p1", LEFT), ("p2", RIGHT), (None, [[0, 0, 0]] * 2)]
    by_label = {i.label: i.id for i in found.instances}
    assert [a.instance_id for a in found.annotations] == [by_label["cat"]] * 2 + [by_label[None]]


def test_coco_annotations_of_one_person_are_one(write: Any, pictures: Path) -> None:
    coco(
        write,
        {"image_id": 0, "segmentation": encode(LEFT), "worker": "p1", "label": "cat"},
        {"image_id": 1, "segmentation": []},
        {"image_id": 0, "segmentation": [[2, 0, 3, 0, 3, 2, 2, 2]], "worker": "p1"},
        {"image_id": 0, "label": "dog", "worker": 7},
    )
    found = read(pictures)
    assert [(a.worker, a.values.get("label")) for a in found.annotations] == [
        ("p1", "cat"),
        (None, None),
        ("7", "dog"),
    ]
    assert decode(found.annotations[0].values["marks"]).tolist() == [[1, 0, 1], [1, 0, 1]]
    assert decode(found.annotations[1].values["marks"]).sum() == 0
    assert "marks" not in found.annotations[2].values


def test_masks_are_marks_in_the_database(
    write: Any, pictures: Path, make_project: Callable[..., Project]
) -> None:
    coco(
        write,
        {"image_id": 0, "segmentation": encode(LEFT), "worker": "p1"},
        {"image_id": 0, "segmentation": encode(RIGHT), "worker": "p2"},
    )
    project = make_project()
    report = import_data(project, "masks", pictures, PLAIN, name="told")
    assert (report.instances_new, report.annotations) == (2, 2)
    stored = instances.read(project.engine)
    assert all(i.image is not None for i in stored)
    campaign = campaigns.find(project.engine, "told")
    marks = frames.marks(project.engine, campaign.id, stored, persons_known=True)
    flat = [np.ravel(mask).tolist() for mask in (RIGHT, LEFT)]
    assert sorted(row.tolist() for row in marks.masks) == flat


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({}, "has no masks: neither masks.json nor masks/"),
        ({"masks/three.png": png(LEFT)}, "three.png: there is no picture 'three'"),
        ({"masks/two.png": png(np.zeros((3, 2)))}, "two.png: a mask must be a PNG of 3 x 2 pixels"),
        ({"masks/two.png": png(LEFT, "RGB")}, "two.png: has the mode RGB"),
        ({"masks/two.png": b"GIF89a"}, "two.png: is"),
        ({"masks/two.png": png(LEFT)[:-30]}, "two.png: is damaged"),
        ({"masks/two.txt": b"x"}, "two.txt: is no mask: only PNG"),
        ({"masks/two.png": png(LEFT), "masks.json": b"{}"}, "has both masks.json and masks/"),
        (
            {"masks/two.png": png(LEFT), "images/two.gif": png([[1]])},
            "'two' stands for two pictures",
        ),
        ({"masks.json": b'{"images": []}'}, "'annotations' must be a list of objects"),
        ({"masks.json": b'{"images": [], "annotations": []}'}, "holds no mask"),
    ],
)
def test_folders_that_do_not_fit(
    write: Any, pictures: Path, files: dict[str, bytes], problem: str
) -> None:
    for name, data in files.items():
        write(data, name)
    with pytest.raises(ImportFailed, match=problem):
        read(pictures)


@pytest.mark.parametrize(
    ("annotation", "problem"),
    [
        ({"image_id": 5, "segmentation": []}, "annotation 1: there is no image 5 in the file"),
        ({"segmentation": []}, "annotation 1: the field 'image_id' is missing"),
        ({"image_id": 0}, "annotation 1: an annotation needs"),
        ({"image_id": 0, "segmentation": encode([[1]])}, "annotation 1: the mask has 1 x 1 pixels"),
    ],
)
def test_faults_name_the_annotation(
    write: Any, pictures: Path, annotation: Any, problem: str
) -> None:
    coco(write, annotation)
    with pytest.raises(ImportFailed, match=problem):
        read(pictures)


def test_images_that_are_missing_or_named_twice(write: Any, pictures: Path) -> None:
    for images, problem in [
        ([{"id": 1, "file_name": "gone.png"}], "image 1: the picture 'gone.png' is not in images/"),
        ([{"id": 1, "file_name": "two.png"}] * 2, "image 2: the id 1 stands for two images"),
    ]:
        coco(write, images=images)
        with pytest.raises(ImportFailed, match=problem):
            read(pictures)


def test_the_pictures_have_a_folder_of_their_own(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match="has no folder images/"):
        read(tmp_path)


def test_masks_of_a_file_are_marks_without_a_database(write: Any, pictures: Path) -> None:
    write(png(LEFT), "masks/cat/one/p1.png")
    marks = marks_of_file(pictures, read(pictures))
    assert [row.tolist() for row in marks.masks] == [np.ravel(LEFT).tolist()]
    assert marks.persons_known


def test_two_labels_of_one_person_contradict(write: Any, pictures: Path) -> None:
    one = {"image_id": 0, "segmentation": [], "worker": "p"}
    coco(write, one | {"label": "a"}, one | {"label": "b"})
    with pytest.raises(ImportFailed, match="annotation 2: the same worker gave .* 'a', 'b'"):
        read(pictures)
