"""A region grown by a number of pixels: everything within that distance of a marked pixel."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.bool_]


def grown(mask: NDArray[np.uint8], radius: int) -> NDArray[np.uint8]:
    """Pixels whose centre is at most `radius` (Euclidean) from that of a marked one: a mask.

    A disc is laid on every marked pixel; a mask that marks nothing stays as it is.
    """
    out = np.zeros(mask.shape, dtype=bool)
    rows, cols = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return out.astype(np.uint8)
    # Nothing farther than the radius from the marked rows and columns can change.
    box = tuple(slice(max(0, p[0] - radius), p[-1] + radius + 1) for p in (rows, cols))
    inside, found = mask[box].astype(bool), out[box]
    row, reach = inside.copy(), 0
    for dy in range(radius, -1, -1):
        while reach < math.isqrt(radius * radius - dy * dy):
            reach += 1
            _spread(row.T, inside.T, reach)
        _spread(found, row, dy)
    return out.astype(np.uint8)


def _spread(into: Bits, bits: Bits, by: int) -> None:
    """Mark in `into` what `bits` marks, moved by so many rows up and down."""
    if by < len(bits):
        into[by:] |= bits[: len(bits) - by]
        into[: len(bits) - by] |= bits[by:]
