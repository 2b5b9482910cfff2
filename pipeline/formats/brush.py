"""Brush strokes as Label Studio packs them: run lengths of the bytes of an RGBA picture, as bits.

    32 bits   how many values there are: width x height x 4, row by row
    5 bits    bits of a value, less 1 (8 bits: 7)
    4 x 4     bits of a run length in each of four sizes, less 1
    then      1 bit: whether one value follows, which is repeated, or each of them; 2 bits: which
              size; the length, less 1; the value or the values

The packing is that of `rle-pack` of the thi.ng/umbrella project. A pixel is marked where its
fourth value, the opacity, is not 0.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from db.errors import DataError
from db.masks import LARGEST_MASK

CHANNELS = 4


def unpack(rle: Sequence[int], size: tuple[int, int]) -> NDArray[np.uint8]:
    """The mask of a picture of `size` = (width, height): uint8 of shape (height, width)."""
    width, height = size
    expected = width * height * CHANNELS
    if width * height > LARGEST_MASK:
        raise DataError(f"the brush is on a picture of more than {LARGEST_MASK:,} pixels")
    bits = _Bits(rle)
    if (n := bits.take(32)) != expected:
        raise DataError(
            f"the brush has {n} values, its picture {width} x {height} x 4 = {expected}"
        )
    word = bits.take(5) + 1
    sizes = [bits.take(4) + 1 for _ in range(CHANNELS)]
    values = np.zeros(n, bool)
    i = 0
    while i < n:
        repeated = bits.take(1)
        j = i + 1 + bits.take(sizes[bits.take(2)])
        if j > n:
            raise DataError("the runs of the brush are longer than its picture")
        values[i:j] = (bits.take(word) if repeated else bits.row(j - i, word)) != 0
        i = j
    return values.reshape(height, width, CHANNELS)[..., -1].astype(np.uint8)


class _Bits:
    """Numbers out of a row of bits, the highest bit first."""

    def __init__(self, rle: Sequence[int]) -> None:
        self._bits = np.unpackbits(np.array(rle, dtype=np.uint8))
        self._at = 0

    def take(self, width: int) -> int:
        """The next number of `width` bits."""
        return int(self.row(1, width)[0])

    def row(self, count: int, width: int) -> NDArray[np.int64]:
        """The next `count` numbers of `width` bits: int64, shape (count,)."""
        end = self._at + count * width
        if end > len(self._bits):
            raise DataError("the brush breaks off in the middle")
        bits = self._bits[self._at : end].reshape(count, width).astype(np.int64)
        self._at = end
        numbers: NDArray[np.int64] = bits @ (1 << np.arange(width - 1, -1, -1, dtype=np.int64))
        return numbers
