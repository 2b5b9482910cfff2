"""A picture's file without what was written beside its pixels; those stay bit for bit.

JPEG: without the segments APP1 (EXIF, XMP), APP13 (IPTC) and COM; the EXIF orientation is written
anew, for browsers turn the picture by it. PNG: without eXIf, tEXt, zTXt, iTXt and tIME.
Files of other types, and damaged ones, come back as they are.
"""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator

JPEG, PNG = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"
ORIENTATION, UPRIGHT = 0x0112, 1
APP1, APP13, COMMENT, SCAN = 0xE1, 0xED, 0xFE, 0xDA
CHUNKS = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"})


def stripped(data: bytes) -> bytes:
    """The same picture; `data` itself where the file is neither JPEG nor PNG."""
    if data.startswith(JPEG):
        return JPEG + b"".join(_segments(data))
    return PNG + b"".join(_chunks(data)) if data.startswith(PNG) else data


def _segments(data: bytes) -> Iterator[bytes]:
    """The segments that stay (ITU T.81, annex B); from the first scan on all there is."""
    at = len(JPEG)
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != SCAN:
        if data[at + 1] == 0xFF:
            at += 1
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        segment, kind = data[at:end], data[at + 1]
        if kind == APP1 and segment[4:10] == b"Exif\0\0":
            yield _orientation(segment[4:])
        elif kind not in (APP1, APP13, COMMENT):
            yield segment
        at = end
    yield data[at:]


def _orientation(exif: bytes) -> bytes:
    """A segment that says how the picture is turned and nothing else; none where it is upright."""
    from PIL import Image

    found, kept = Image.Exif(), Image.Exif()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found.load(exif)
        turned = found.get(ORIENTATION, UPRIGHT)
    except (SyntaxError, ValueError, TypeError, LookupError, OSError, struct.error):
        # Browsers show a picture with damaged EXIF upright.
        return b""
    if turned == UPRIGHT:
        return b""
    kept[ORIENTATION] = turned
    held = kept.tobytes()
    return bytes([0xFF, APP1]) + (len(held) + 2).to_bytes(2, "big") + held


def _chunks(data: bytes) -> Iterator[bytes]:
    """The chunks that stay (PNG, 3rd edition, section 5), and all that follows the last."""
    at = len(PNG)
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] not in CHUNKS:
            yield data[at:end]
        at = end
    yield data[at:]
