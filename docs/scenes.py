"""The drawings of the gallery: the sea in the evening."""

from __future__ import annotations

import io
import math

from PIL import Image, ImageDraw

SIZE = (240, 160)


def drawn(*, boat: bool, far: bool = False) -> bytes:
    """The sea in the evening, with a sailing boat or a lighthouse, as a PNG file."""
    picture = Image.new("RGB", SIZE, "#cfe3ee")
    pen = ImageDraw.Draw(picture)
    pen.ellipse((176, 20, 204, 48), fill="#f2b84b")
    pen.rectangle((0, 100, 240, 160), fill="#3f7d94")
    for y in (112, 126, 142):
        pen.line([(x, y + 2 * math.sin(x / 9)) for x in range(241)], fill="#6ea5b8", width=2)
    if boat:
        (_boat_far if far else _boat)(pen)
    else:
        pen.polygon([(90, 110), (180, 110), (160, 94), (106, 96)], fill="#5c5148")
        pen.polygon([(122, 98), (128, 36), (142, 36), (148, 98)], fill="#f7f4ee")
        pen.polygon([(125, 70), (126, 56), (144, 56), (145, 70)], fill="#b8402f")
        pen.rectangle((126, 24, 144, 36), fill="#3a3f44")
    buffer = io.BytesIO()
    picture.quantize(32).save(buffer, format="PNG")
    return buffer.getvalue()


def _boat(pen: ImageDraw.ImageDraw) -> None:
    pen.polygon([(80, 104), (152, 104), (138, 120), (92, 120)], fill="#8a3b2a")
    pen.line([(114, 104), (114, 28)], fill="#4a3a2c", width=3)
    pen.polygon([(118, 30), (118, 98), (150, 98)], fill="#fbf8f1")
    pen.polygon([(110, 40), (110, 98), (84, 98)], fill="#e9e2d2")


def _boat_far(pen: ImageDraw.ImageDraw) -> None:
    pen.polygon([(40, 102), (74, 102), (68, 109), (46, 109)], fill="#2e4a66")
    pen.polygon([(58, 62), (58, 99), (74, 99)], fill="#fbf8f1")
    pen.polygon([(55, 68), (55, 99), (42, 99)], fill="#e9e2d2")
