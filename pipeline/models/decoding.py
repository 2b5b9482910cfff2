"""A picture's bytes → its colours as people see it: upright, over white, 8 bits a channel.

Pillow decodes. Transparency lies over white, as on the pages of studies; 16 bits are cut to the
upper 8; CMYK is made RGB without a colour profile.
"""

from __future__ import annotations

import warnings
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from db.errors import DataError
from db.records import Instance
from pipeline.formats.pictures import Picture, examine, orientation

Pixels8 = NDArray[np.uint8]

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture of each EXIF orientation upright."""


def size_of(instance: Instance) -> tuple[int, int]:
    """(width, height) in pixels as people see the picture, read from the bytes where need be."""
    return instance.size if instance.size is not None else _examined(instance).size


def colours(instance: Instance, side: int, *, grey: bool = False) -> Pixels8:
    """uint8, shape (side, side, C), C = 3 (red, green, blue) or 1 (grey, ITU-R 601 luma).

    Another size is squeezed to the square: by area where both sides shrink, else bilinear. An
    instance without bytes, or of bytes that do not decode, is a `DataError` that names it.
    """
    media_type = _examined(instance).media_type
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of oddities that browsers pass over too
        with Image.open(BytesIO(instance.image or b"")) as opened:
            turn = TURNS.get(_turned(opened)) if media_type == "image/jpeg" else None
            image = _plain(opened, "L" if grey else "RGB")
    image = image if turn is None else image.transpose(turn)
    if image.size != (side, side):
        shrinks = min(image.size) >= side
        way = Image.Resampling.BOX if shrinks else Image.Resampling.BILINEAR
        image = image.resize((side, side), way)
    return np.asarray(image, np.uint8).reshape(side, side, -1)


def is_grey(found: Pixels8) -> bool:
    """Whether all channels, (…, 3), say the same everywhere."""
    return bool((found == found[..., :1]).all())


def _turned(image: Image.Image) -> int:
    found = orientation(image.info.get("exif", b""))
    return found if isinstance(found, int) else 1


def _plain(image: Image.Image, mode: str) -> Image.Image:
    """The picture in RGB or grey, whatever it was saved as."""
    if image.mode.startswith("I"):
        levels = np.asarray(image).astype(np.int64).clip(0, 65535) >> 8
        return Image.fromarray(levels.astype(np.uint8)).convert(mode)
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        seen = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen)
    return image.convert(mode)


def _examined(instance: Instance) -> Picture:
    """Type and size; whatever is wrong with the bytes is said of the instance."""
    if instance.image is None:
        raise DataError(f"image {instance.id} was read without its bytes, and cannot be looked at")
    try:
        return examine(instance.image)
    except DataError as problem:
        raise DataError(f"image {instance.id} {problem}") from problem
