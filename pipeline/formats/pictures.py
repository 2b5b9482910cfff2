"""What a picture's bytes are: type and size, and whether they decode at all.

The size is read from the file's head and judged before anything is decoded, so that a small file
which claims a huge picture costs nothing. Then the picture is decoded once: what a browser could
not show must not reach a worker.
"""

from __future__ import annotations

import struct
import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import ExifTags, Image, ImageFile, UnidentifiedImageError

from db.errors import DataError

MAX_PIXELS = 50_000_000
"""Above what cameras commonly make; decoded, such a picture takes 200 MB."""

TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",  # a JPEG with more pictures behind it; browsers show the first
    "WEBP": "image/webp",
    "GIF": "image/gif",
}
UPRIGHT = 1
MOVED = (2, 3, 4, 5, 6, 7, 8)
TURNED = (5, 6, 7, 8)
"""EXIF orientations that lay the picture on its side: width and height change places."""


@dataclass(frozen=True)
class Picture:
    """`media_type` as the bytes have it; `size` = (width, height) as people see the picture."""

    media_type: str
    size: tuple[int, int]


def examine(data: bytes) -> Picture:
    """Type and size of a picture that decodes; everything else is a `DataError`."""
    if not data:
        raise DataError("is empty (0 bytes)")
    with warnings.catch_warnings():
        # Pillow warns of oddities (a broken EXIF block) that browsers pass over too.
        warnings.simplefilter("ignore")
        try:
            with Image.open(BytesIO(data), formats=("PNG", "JPEG", "WEBP", "GIF")) as image:
                return _examined(image)
        except DataError:
            raise
        except UnidentifiedImageError as error:
            raise DataError("is no PNG, JPEG, WebP or GIF picture, whatever its name") from error
        except Image.DecompressionBombError as error:
            raise DataError(_too_large()) from error
        except Exception as error:
            # Damaged files make decoders raise nearly anything: OSError, SyntaxError, IndexError.
            raise DataError(f"is damaged and cannot be shown: {error}") from error


def _examined(image: ImageFile.ImageFile) -> Picture:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise DataError(_too_large(width, height))
    if image.format != "MPO" and getattr(image, "is_animated", False):
        raise DataError("is animated; save the one frame that people are to judge")
    image.load()
    media_type = TYPES[str(image.format)]
    turned = orientation(image.info.get("exif", b""))
    if media_type != "image/jpeg" and turned in MOVED:
        raise DataError(
            "asks to be turned or mirrored before it is shown, which browsers do alike for JPEG "
            "files only; save it upright"
        )
    return Picture(media_type, (height, width) if turned in TURNED else (width, height))


def orientation(exif: bytes) -> object:
    """The orientation of an EXIF block, upright where the block is none: browsers see it so.

    Pillow's own lookup would take one from XMP too, which browsers do not.
    """
    found = Image.Exif()
    try:
        found.load(exif)
        return found.get(ExifTags.Base.Orientation, UPRIGHT)
    except (SyntaxError, ValueError, TypeError, LookupError, OSError, struct.error):
        return UPRIGHT


def _too_large(*size: int) -> str:
    found = f"{size[0]:,} × {size[1]:,} pixels" if size else "far more pixels"
    return f"claims {found}, and {MAX_PIXELS:,} in all is the limit; scale it down"
