"""A folder of pictures with masks beside them: what people marked, pixel by pixel.

    FOLDER/images/                     pictures, laid out as the images format has them
    FOLDER/masks/PICTURE.png           a mask by nobody named, where images/PICTURE.* is a picture
    FOLDER/masks/PICTURE/WORKER.png    a mask by WORKER
    FOLDER/masks.json                  instead of masks/: COCO, see below

A PNG mask is black (0) where nothing is marked; anything else is marked. It has one channel and the
size of its picture as people see that. `masks.json` holds `images` (`id`, `file_name` within
images/) and `annotations` (`image_id`, `segmentation`: run lengths, packed or not, or polygons).
Beyond COCO an annotation may have `worker` and `label`. Several annotations of a picture by the
same worker, or by nobody named, are one: what any of them marks is marked. A picture without a
mask is one that nobody was asked about; an empty mask says that nothing was marked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from db.errors import DataError, ImportFailed
from db.masks import encode
from db.records import Instance
from pipeline.formats import fields as check
from pipeline.formats.base import Annotation, Reading, ReadOptions, in_one
from pipeline.formats.coco import mask_of
from pipeline.formats.gather import people_in_words
from pipeline.formats.images import content, read_pictures
from pipeline.formats.lines import what_is
from pipeline.formats.objects import kind
from pipeline.formats.pictures import examine
from pipeline.formats.place import Place, at
from pipeline.formats.whole_json import json_object

PICTURES, MASKS, COCO = "images", "masks", "masks.json"
ONE_CHANNEL = ("1", "L", "P", "I", "I;16")
Pictures = Mapping[str, Instance]


def read(path: Path, options: ReadOptions) -> Reading:
    """Every picture and mask of the folder; one that cannot be read fails the whole import."""
    if what_is(path / PICTURES) != "folder":
        raise ImportFailed(path, None, f"has no folder {PICTURES}/; the pictures belong there")
    found, files = read_pictures(path / PICTURES, options)
    match what_is(path / COCO), what_is(path / MASKS):
        case "file", "nothing":
            annotations = tuple(_from_coco(path / COCO, files, options))
        case "nothing", "folder":
            annotations = tuple(_from_folder(path / MASKS, files))
        case "nothing", _:
            raise ImportFailed(path, None, f"has no masks: neither {COCO} nor {MASKS}/")
        case _:
            raise ImportFailed(path, None, f"has both {COCO} and {MASKS}/; keep one of them")
    if not annotations:
        raise ImportFailed(path, None, "holds no mask; `images` reads pictures without masks")
    people = people_in_words([annotation.worker for annotation in annotations])
    return in_one(replace(found, annotations=annotations, annotators=people))


def _from_folder(folder: Path, files: Pictures) -> Iterator[Annotation]:
    """One annotation a PNG file, in the order of the names."""
    bare = _without_suffix(folder, files)
    known: set[tuple[str, str]] = set()
    for number, file in enumerate(sorted(_pngs(folder)), start=1):
        name = file.relative_to(folder).with_suffix("").as_posix()
        worker = None if name in bare else PurePosixPath(name).name
        instance = bare.get(name) or bare.get(str(PurePosixPath(name).parent))
        if instance is None:
            raise ImportFailed(file, None, f"there is no picture {name!r} in {PICTURES}/")
        if worker is not None and (instance.id, worker) in known:
            raise ImportFailed(file, None, "the same worker marked this picture in another mask")
        known.add((instance.id, worker or ""))
        yield _annotation(instance, worker, {"marks": _png(file, instance)}, number)


def _without_suffix(folder: Path, files: Pictures) -> dict[str, Instance]:
    """Pictures by their place without the suffix, which must tell them apart."""
    found: dict[str, Instance] = {}
    for name, instance in files.items():
        bare = PurePosixPath(name).with_suffix("").as_posix()
        if found.setdefault(bare, instance) is not instance:
            problem = f"{bare!r} stands for two pictures; give one of them another name"
            raise ImportFailed(folder, None, problem)
    return found


def _pngs(folder: Path) -> Iterator[Path]:
    for file in folder.rglob("*"):
        if file.is_symlink() or not (file.is_dir() or file.suffix.lower() == ".png"):
            raise ImportFailed(file, None, "is no mask: only PNG files stand here")
        if file.is_file():
            yield file


def _png(file: Path, instance: Instance) -> dict[str, Any]:
    """A mask from its file, as COCO writes it."""
    try:
        data = content(file)
        picture = examine(data)
        if picture.media_type != "image/png" or picture.size != instance.size:
            shown = "{} x {}".format(*(instance.size or ()))
            raise DataError(f"a mask must be a PNG of {shown} pixels, the size of its picture")
        with Image.open(BytesIO(data), formats=("PNG",)) as image:
            if image.mode not in ONE_CHANNEL:
                raise DataError(f"has the mode {image.mode}; save the mask with one channel")
            return encode(np.asarray(image))
    except DataError as error:
        raise ImportFailed(file, None, str(error)) from error


@dataclass(frozen=True)
class _Drawn:
    """One annotation as COCO has it."""

    place: Place
    worker: str | None
    label: str | None
    fields: Mapping[str, Any]


def _from_coco(path: Path, files: Pictures, options: ReadOptions) -> Iterator[Annotation]:
    """One annotation a picture and worker, in the order in which the file first has them."""
    document = json_object(path)
    images = _images(path, document, files)
    drawn: dict[tuple[str, str | None], list[_Drawn]] = {}
    pictures = {instance.id: instance for instance in files.values()}
    for number, fields in enumerate(_listed(path, document, "annotations"), start=1):
        place = Place(path, number, "annotation")
        with at(place):
            image = images.get(_id(fields, "image_id"))
            if image is None:
                raise DataError(f"there is no image {fields['image_id']!r} in the file")
            label = check.check_label(check.optional_name(fields, "label"), options.labels)
            one = _Drawn(place, check.optional_name(fields, "worker"), label, fields)
        drawn.setdefault((image.id, one.worker), []).append(one)
    for (identity, worker), several in drawn.items():
        with at(several[-1].place):
            values = _values(several, pictures[identity])
        yield _annotation(pictures[identity], worker, values, several[0].place.line)


def _images(path: Path, document: Mapping[str, Any], files: Pictures) -> dict[str, Instance]:
    """The pictures of the file by their id."""
    found: dict[str, Instance] = {}
    for number, fields in enumerate(_listed(path, document, "images"), start=1):
        with at(Place(path, number, "image")):
            identity, name = _id(fields, "id"), check.required_text(fields, "file_name")
            if name not in files:
                raise DataError(f"the picture {name!r} is not in {PICTURES}/")
            if identity in found:
                raise DataError(f"the id {identity} stands for two images; ids must be unique")
            found[identity] = files[name]
    return found


def _listed(path: Path, document: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = document.get(name)
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise ImportFailed(path, None, f"the field {name!r} must be a list of objects")
    return found


def _id(fields: Mapping[str, Any], name: str) -> str:
    found = check.optional_name(fields, name)
    if found is None:
        raise DataError(f"the field {name!r} is missing; it is a {kind(0)} or a string")
    return found


def _values(several: Sequence[_Drawn], instance: Instance) -> dict[str, Any]:
    """What one person said of a picture: the label, and all that any of the masks marks."""
    labels = list(dict.fromkeys(one.label for one in several if one.label is not None))
    if len(labels) > 1:
        raise DataError(
            f"the same worker gave this picture the labels {labels[0]!r}, {labels[1]!r}"
        )
    size = instance.size or (0, 0)
    masks = [one.fields["segmentation"] for one in several if "segmentation" in one.fields]
    values: dict[str, Any] = {"label": labels[0]} if labels else {}
    if not masks and not labels:
        raise DataError("an annotation needs a 'segmentation' or a 'label'")
    if masks:
        whole: NDArray[np.uint8] = np.zeros(size[::-1], np.uint8)
        for mask in masks:
            whole |= mask_of(mask, size)
        values["marks"] = encode(whole)
    return values


def _annotation(
    instance: Instance, worker: str | None, values: Mapping[str, Any], number: int
) -> Annotation:
    return Annotation(instance.id, worker, values, json.dumps(dict(values)), number)
