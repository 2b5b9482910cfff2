"""A folder of pictures with masks beside them, as the format `masks` reads it.

    images/[[SPLIT/]LABEL/]ID.png     the pictures, byte for byte
    masks.json                        COCO: who marked what, as run lengths

A picture is called by its id in konkyo. Beyond COCO an annotation has `worker` and `label`. Left
out and counted are attributes, splits that folders cannot say, the consensus and rationales of
models.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from db.errors import DataError
from db.masks import decode
from db.records import Instance
from pipeline.formats.writers.base import Record, Said, Written
from pipeline.formats.writers.checked import Passing
from pipeline.formats.writers.whole import new_folder
from pipeline.models.splits import NAMES

SUFFIX = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/gif": ".gif"}
SPLITS = "splits that folders cannot say: without a label, or none that train knows"
ATTRIBUTES = "instances whose attributes were left out"
CATEGORIES = [{"id": 1, "name": "marked"}]


def write(records: Iterable[Record], path: Path) -> Written:
    """One picture a record, in their order; see `Writer`."""
    passing = Passing(("image",))
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    with new_folder(path) as folder:
        for record in passing.through(records):
            passing.without(record)
            images.append(_picture(record.instance, folder / "images", len(images) + 1, passing))
            for said in record.annotations:
                annotations.append(_annotation(said, record.instance, len(images)))
                annotations[-1]["id"] = len(annotations)
        coco = {"images": images, "categories": CATEGORIES, "annotations": annotations}
        (folder / "masks.json").write_text(json.dumps(coco) + "\n", encoding="utf-8")
        return passing.written()


def _picture(instance: Instance, folder: Path, number: int, passing: Passing) -> dict[str, Any]:
    """Write one picture; its entry in `images`."""
    if instance.image is None or instance.size is None:
        raise DataError(f"the picture of instance {instance.id} was not read from the database")
    name = "/".join((*_folders(instance, passing), instance.id + SUFFIX[instance.media_type]))
    passing.skipped[ATTRIBUTES] += bool(instance.attributes)
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(instance.image)
    return {"id": number, "file_name": name, "width": instance.size[0], "height": instance.size[1]}


def _folders(instance: Instance, passing: Passing) -> tuple[str, ...]:
    """The folders that say split and label."""
    label, split = instance.label, instance.split
    said = split is not None and label is not None and split in NAMES
    passing.skipped[SPLITS] += split is not None and not said
    if label is None:
        return ()
    if label.startswith(".") or "/" in label or "\0" in label or len(label.encode()) > 255:
        raise DataError(f"the label {label!r} cannot be the name of a folder; rename it")
    return (str(split), label) if said else (label,)


def _annotation(said: Said, instance: Instance, image: int) -> dict[str, Any]:
    """One annotation, the mask with the area and the box that programs for COCO expect."""
    known = {"worker": said.worker, "label": said.values.get("label")}
    named = {name: value for name, value in known.items() if value is not None}
    entry: dict[str, Any] = {"image_id": image, "category_id": 1, "iscrowd": 1, **named}
    if "marks" in said.values:
        entry |= _mask(said.values["marks"], instance)
    return entry


def _mask(marks: Mapping[str, Any], instance: Instance) -> dict[str, Any]:
    mask = decode(marks)
    if mask.shape[::-1] != instance.size:
        raise DataError(f"a mask on instance {instance.id} has another size than the picture")
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = [0, 0, 0, 0]
    if len(rows):
        x, y = int(columns[0]), int(rows[0])
        box = [x, y, int(columns[-1]) + 1 - x, int(rows[-1]) + 1 - y]
    size, counts = list(marks["size"]), marks["counts"]
    return {
        "segmentation": {"size": size, "counts": counts},
        "area": int(mask.sum()),
        "bbox": box,
    }
