"""Regions as drawn in annotation tools → masks: uint8, shape (height, width), 1 where marked.

A pixel belongs to a shape where its centre lies inside. Coordinates are in pixels from the upper
left corner; what lies outside the picture is cut off.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from db.errors import DataError

Mask = NDArray[np.uint8]
Size = tuple[int, int]
"""(width, height)"""


def polygon(points: Sequence[tuple[float, float]], size: Size) -> Mask:
    """Inside by the even-odd rule; fewer than three corners enclose nothing: a `DataError`."""
    if len(points) < 3:
        raise DataError(f"a polygon needs 3 points at least, not {len(points)}")
    width, height = size
    # Crossings of every row of pixel centres with every edge, as changes of inside and outside.
    turns = np.zeros((height, width + 1), np.int64)
    centres = np.arange(height) + 0.5
    for (x1, y1), (x2, y2) in zip(points, [*points[1:], points[0]], strict=True):
        rows = np.flatnonzero((centres >= min(y1, y2)) & (centres < max(y1, y2)))
        if len(rows):
            x = x1 + (centres[rows] - y1) * (x2 - x1) / (y2 - y1)
            turns[rows, np.clip(np.ceil(x - 0.5), 0, width).astype(np.int64)] += 1
    return (np.cumsum(turns[:, :width], axis=1) % 2).astype(np.uint8)


def rectangle(x: float, y: float, width: float, height: float, turn: float, size: Size) -> Mask:
    """`turn`: degrees clockwise about the upper left corner."""
    cos, sin = np.cos(np.deg2rad(turn)), np.sin(np.deg2rad(turn))
    corners = ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height))
    return polygon([(x + a * cos - b * sin, y + a * sin + b * cos) for a, b in corners], size)


def ellipse(x: float, y: float, radius_x: float, radius_y: float, turn: float, size: Size) -> Mask:
    """`x`, `y`: the centre; `turn`: degrees clockwise about it. Without area it marks nothing."""
    if radius_x <= 0 or radius_y <= 0:
        return np.zeros(size[::-1], np.uint8)
    across, down = np.arange(size[0])[None, :] + 0.5 - x, np.arange(size[1])[:, None] + 0.5 - y
    cos, sin = np.cos(np.deg2rad(turn)), np.sin(np.deg2rad(turn))
    a, b = (across * cos + down * sin) / radius_x, (down * cos - across * sin) / radius_y
    inside: Mask = (a * a + b * b <= 1).astype(np.uint8)
    return inside
