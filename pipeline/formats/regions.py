"""What an annotator drew in Label Studio → marks: token positions, or a mask on a picture.

Lengths on pictures are percent of width and height there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from db.errors import DataError
from db.masks import encode
from db.records import Instance
from pipeline.formats import brush, shapes
from pipeline.formats import fields as check
from pipeline.formats.objects import kind
from pipeline.formats.tokens import check_span, covered

CHOICES = "choices"
SPANS = ("labels",)
SHAPES = tuple(
    f"{n}{s}" for n in ("rectangle", "ellipse", "polygon", "brush") for s in ("", "labels")
)
DRAWN = (*SPANS, *SHAPES)
Region = Mapping[str, Any]


@dataclass
class Met:
    """What was met on the way and is worth a note."""

    astray: int = 0

    def notes(self) -> tuple[str, ...]:
        """In words and counted."""
        what = "spans quote other words than stand at their positions, which were kept"
        return (f"{self.astray} {what}",) if self.astray else ()


def marks_of(regions: Sequence[Region], instance: Instance, second: str, met: Met) -> Any:
    """All regions together; `second` is the `to_name` of those on the second text of a pair."""
    if instance.kind == "image":
        return _mask(regions, instance)
    marks: set[int] = set()
    for region in regions:
        if region["type"] not in SPANS:
            raise DataError(f"a region of the type {region['type']!r} cannot lie in a text")
        marks.update(_tokens(region, instance, second, met))
    return sorted(marks)


def _tokens(region: Region, instance: Instance, second: str, met: Met) -> list[int]:
    value = _value(region)
    text, offsets, before = instance.text, instance.offsets, 0
    if instance.text_pair is not None and region.get("to_name") == second:
        text, before = instance.text_pair, len(offsets)
        offsets = offsets if instance.offsets_pair is None else instance.offsets_pair
    start, end = (check.as_whole_number(check.required(value, k), k) for k in ("start", "end"))
    check_span(start, end, len(text))
    quoted = check.optional_text(value, "text")
    # The export writes a line break in a quotation as a backslash and an n.
    met.astray += quoted is not None and _bare(quoted) != _bare(text[start:end])
    return [before + position for position in covered(offsets, [(start, end)])]


def _bare(text: str) -> str:
    return "".join(text.replace("\\n", "\n").split())


def _mask(regions: Sequence[Region], instance: Instance) -> dict[str, Any]:
    size = instance.size or (0, 0)
    mask: NDArray[np.uint8] = np.zeros(size[::-1], np.uint8)
    for region in regions:
        if region["type"] not in SHAPES:
            raise DataError(f"a region of the type {region['type']!r} cannot lie on a picture")
        for name, side in zip(("original_width", "original_height"), size, strict=True):
            if region.get(name, side) != side:
                raise DataError(f"{name} is {region[name]!r:.30}, that of the picture {side}")
        mask |= _shape(region["type"].removesuffix("labels"), _value(region), size)
    return encode(mask)


def _shape(name: str, value: Mapping[str, Any], size: tuple[int, int]) -> NDArray[np.uint8]:
    across, down = size[0] / 100, size[1] / 100
    if name == "brush":
        rle = check.as_positions(check.required(value, "rle"), "rle")
        if not all(0 <= byte <= 255 for byte in rle):
            raise DataError("the field 'rle' must hold bytes, 0 to 255")
        return brush.unpack(rle, size)
    if name == "polygon":
        points = check.as_list(check.required(value, "points"), "points")
        return shapes.polygon([_point(p, across, down) for p in points], size)
    turn = check.as_number(value.get("rotation", 0), "rotation")
    sides = (
        ("x", "y", "width", "height") if name == "rectangle" else ("x", "y", "radiusX", "radiusY")
    )
    x, y, a, b = (check.as_number(check.required(value, side), side) for side in sides)
    draw = shapes.rectangle if name == "rectangle" else shapes.ellipse
    return draw(x * across, y * down, a * across, b * down, turn, size)


def _point(point: Any, across: float, down: float) -> tuple[float, float]:
    pair = [check.as_number(value, "points") for value in check.as_list(point, "points")]
    if len(pair) != 2:
        raise DataError("the field 'points' must hold pairs [x, y]")
    return pair[0] * across, pair[1] * down


def _value(region: Region) -> dict[str, Any]:
    value = check.required(region, "value")
    if not isinstance(value, dict):
        raise DataError(f"the field 'value' must be an object, not {kind(value)}")
    return value
