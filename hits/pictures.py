"""Parts of pictures: cut out or covered before they reach a page, so that nothing hidden is in it."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence

from PIL import Image, ImageOps

from db.records import Instance
from hits.studies.panels import Picture, StudyError

Box = tuple[int, int, int, int]
"""Left, upper, right, lower, in pixels; half-open."""


def opened(instance: Instance) -> Image.Image:
    """The pixels of an image instance, as people see them."""
    if instance.image is None:
        raise StudyError(f"instance {instance.id} is no image")
    return ImageOps.exif_transpose(Image.open(io.BytesIO(instance.image))).convert("RGB")


def cell_box(size: tuple[int, int], grid: tuple[int, int], cell: int) -> Box:
    """The pixels of one cell of a grid (rows, columns) over a picture of `size` (width, height)."""
    (width, height), (rows, columns) = size, grid
    row, column = divmod(cell, columns)
    return (
        column * width // columns,
        row * height // rows,
        (column + 1) * width // columns,
        (row + 1) * height // rows,
    )


def only_cells(instance: Instance, grid: tuple[int, int], cells: Sequence[int]) -> Picture:
    """The picture with every other cell covered in grey."""
    image = opened(instance)
    seen = Image.new("RGB", image.size, (128, 128, 128))
    for cell in cells:
        box = cell_box(image.size, grid, cell)
        seen.paste(image.crop(box), box[:2])
    return as_picture(seen, "A picture of which only some parts are seen")


def cut_out(instance: Instance, box: Box, *, least: int = 96) -> Picture:
    """One part of the picture by itself, enlarged to at least `least` pixels on its longer side."""
    part = opened(instance).crop(box)
    scale = max(1, -(-least // max(part.size)))
    part = part.resize((part.width * scale, part.height * scale), Image.Resampling.NEAREST)
    return as_picture(part, "A part of a picture")


def as_picture(image: Image.Image, alt: str) -> Picture:
    """Pixels as a PNG inside the page."""
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", optimize=True)
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    return Picture(f"data:image/png;base64,{data}", image.width, image.height, alt)
