"""Segmentations as COCO writes them → masks: run lengths, packed or not, and polygons."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from db.errors import DataError
from db.masks import decode, stated_size
from pipeline.formats import shapes
from pipeline.formats.fields import as_list, as_number, as_positions
from pipeline.formats.objects import kind


def mask_of(segmentation: Any, size: tuple[int, int]) -> NDArray[np.uint8]:
    """The mask on a picture of `size` = (width, height): uint8, shape (height, width).

    A `DataError` where it is of another size, where runs do not add up, and where a coordinate is
    no finite number. No polygon at all marks nothing; several mark what any of them encloses.
    """
    if isinstance(segmentation, list):
        return _polygons(segmentation, size)
    if not isinstance(segmentation, dict):
        raise DataError(f"a segmentation must be an object or a list, not {kind(segmentation)}")
    height, width = stated_size(segmentation)
    if (width, height) != size:
        raise DataError(
            f"the mask has {width} x {height} pixels, its picture {size[0]} x {size[1]}"
        )
    if isinstance(segmentation.get("counts"), list):
        return _runs(as_positions(segmentation["counts"], "counts"), width, height)
    return decode(segmentation)


def _runs(counts: list[int], width: int, height: int) -> NDArray[np.uint8]:
    """Run lengths as plain numbers, column by column, the first of unmarked pixels."""
    if any(count < 0 for count in counts) or sum(counts) != width * height:
        raise DataError(f"the runs of the mask do not add up to its {height} x {width} pixels")
    bits = np.repeat(np.arange(len(counts)) % 2, counts).astype(np.uint8)
    return np.ascontiguousarray(bits.reshape(width, height).T)


def _polygons(polygons: list[Any], size: tuple[int, int]) -> NDArray[np.uint8]:
    mask = np.zeros(size[::-1], np.uint8)
    for entry in polygons:
        flat = [as_number(value, "segmentation") for value in as_list(entry, "segmentation")]
        if len(flat) % 2:
            raise DataError("a polygon must hold x and y of each point")
        mask |= shapes.polygon(list(zip(flat[::2], flat[1::2], strict=True)), size)
    return mask
