"""What people marked in a picture, pixel by pixel, as shares of the cells of a coarser grid.

And a picture made small enough to stand in a page beside others.
"""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageOps

from db.records import Instance

HALF = 0.5
LARGEST = 480
"""Pixels of the longer side of a picture that stands in a page as it was imported."""


def cell_shares(
    marks: ArrayLike, size: tuple[int, int], shape: tuple[int, int]
) -> NDArray[np.float32]:
    """The mean of the marks in every cell, float32, shape (rows · cols,), row by row, in [0, 1].

    `marks`: (height · width,) in [0, 1], row by row; `size` = (width, height); `shape` = (rows,
    cols). A pixel belongs to the cell that holds its middle. A cell without any (the grid is
    finer than the picture) has the pixel under its own middle.
    """
    width, height = size
    pixels = np.asarray(marks, np.float64).reshape(height, width)
    found = _along(_along(pixels, shape[0], 0), shape[1], 1)
    return found.astype(np.float32).ravel()


def _along(pixels: NDArray[np.float64], cells: int, axis: int) -> NDArray[np.float64]:
    """Means over the pixels of each cell along one axis."""
    n = pixels.shape[axis]
    if n < cells:
        middles = ((np.arange(cells) + 0.5) * n / cells).astype(np.int64)
        return np.asarray(pixels.take(middles, axis=axis), np.float64)
    starts = np.ceil(np.arange(cells) * n / cells - 0.5).astype(np.int64)
    sums = np.add.reduceat(pixels, starts, axis=axis)
    counts = np.diff(starts, append=n)
    return np.asarray(sums / (counts if axis else counts[:, None]), np.float64)


def marked_cells(
    marks: ArrayLike, size: tuple[int, int], shape: tuple[int, int]
) -> NDArray[np.bool_]:
    """The cells that a mask marks, bool, shape (rows · cols,): those with half of their pixels.

    Where no cell reaches that, those that come nearest, so that a thin stroke is not lost; none of
    an empty mask. Arguments as for `cell_shares`.
    """
    shares = cell_shares(marks, size, shape)
    most = float(shares.max(initial=0.0))
    return np.asarray((shares > 0) & (shares >= min(HALF, most)), np.bool_)


def small(instance: Instance) -> Instance:
    """The instance with its picture upright and at most 480 pixels a side; others as they are.

    `size` stays that of the picture that people marked: the shape is the same.
    """
    if instance.image is None or (
        instance.media_type == "image/png" and max(instance.size or (0,)) <= LARGEST
    ):
        return instance
    with Image.open(BytesIO(instance.image)) as opened:
        made = ImageOps.exif_transpose(opened)
    made.thumbnail((LARGEST, LARGEST))
    kept = BytesIO()
    made.convert("RGBA").save(kept, "PNG")
    return replace(instance, image=kept.getvalue(), media_type="image/png")
