"""Masks on images as COCO writes them: run lengths, column by column, packed into a short string.

    {"size": [height, width], "counts": "…"}

The runs go down the columns, from the left; the first is of unmarked pixels and may be empty.
From the fourth on, the difference to the run two before is written. A number is cut into groups
of five bits, lowest first, the last one carrying the sign; 32 says that another group follows,
and 48 makes a printable character of it.
"""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from db.errors import DataError

LARGEST_MASK = 1 << 26
"""Pixels that a mask may have: more than any picture on a page, and little enough to hold."""
_MOST_GROUPS = 6
_FIRST, _LAST = ord("0"), ord("0") + 63


def encode(mask: ArrayLike) -> dict[str, Any]:
    """The mask as COCO writes it; `mask`: (height, width), what is not 0 is marked.

    Every mask has exactly one writing. ValueError for an array that has not two dimensions or
    more than LARGEST_MASK pixels.
    """
    array = np.asarray(mask) != 0
    if array.ndim != 2 or array.size > LARGEST_MASK:
        raise ValueError(
            f"a mask has a height and a width, up to {LARGEST_MASK:,} pixels in all, "
            f"not the shape {array.shape}"
        )
    return {"size": [int(side) for side in array.shape], "counts": _pack(_runs(array.ravel("F")))}


def decode(value: Mapping[str, Any]) -> NDArray[np.uint8]:
    """The mask: uint8 of shape (height, width), 1 where marked.

    DataError says what is wrong with a value that is no mask; nothing larger than LARGEST_MASK
    pixels is ever built.
    """
    height, width = stated_size(value)
    runs = _unpack(_counts(value, height * width))
    # Each is looked at first: a sum of runs larger than the picture could wrap around.
    fits = bool(((runs >= 0) & (runs <= height * width)).all())
    if not fits or int(runs.sum()) != height * width:
        raise DataError(
            f"the runs of the mask do not add up to its {height} x {width} = {height * width} pixels"
        )
    bits = np.repeat((np.arange(len(runs)) % 2).astype(np.uint8), runs)
    return np.ascontiguousarray(bits.reshape(width, height).T)


def stated_size(value: Mapping[str, Any]) -> tuple[int, int]:
    """Height and width as a mask states them; DataError where they are none."""
    size = value.get("size")
    if not isinstance(size, list | tuple) or len(size) != 2:
        raise DataError(f"the size of the mask is {_short(size)}, not [height, width]")
    for side in size:
        if type(side) is not int or side < 0:
            raise DataError(f"the size of the mask holds {_short(side)}, no number of pixels")
    height, width = size
    if height * width > LARGEST_MASK:
        raise DataError(f"the mask is of size {_short(size)}: over {LARGEST_MASK:,} pixels")
    return height, width


def _counts(value: Mapping[str, Any], n_pixels: int) -> NDArray[np.int64]:
    """The six-bit groups of the packed runs, int64 in [0, 64)."""
    counts = value.get("counts")
    if not isinstance(counts, str):
        raise DataError(f"the counts of the mask are {_short(counts)}, not a string")
    # A run takes one group, and more only where it or the one two before has 16 pixels or more,
    # which pay for them: no writing is longer than the pixels and an empty first run.
    if not 0 < len(counts) <= n_pixels + 1:
        raise DataError(
            f"the counts of the mask have {len(counts)} characters, which is no mask of "
            f"{n_pixels} pixels"
        )
    codes = np.frombuffer(counts.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.int64)
    if ((codes < _FIRST) | (codes > _LAST)).any():
        raise DataError("the counts of the mask hold characters that COCO does not use")
    groups: NDArray[np.int64] = codes - _FIRST
    return groups


def _runs(bits: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Lengths of the runs of equal bits, the first of zeros; [0] of nothing."""
    edges = np.flatnonzero(bits[1:] != bits[:-1]) + 1
    first = [0, 0] if bits.size and bits[0] else [0]
    places: NDArray[np.int64] = np.concatenate([first, edges, [bits.size]]).astype(np.int64)
    return places[1:] - places[:-1]


def _pack(runs: NDArray[np.int64]) -> str:
    """Runs → characters, each number from the fourth on as the difference to two before."""
    numbers = runs.copy()
    numbers[3:] -= runs[1:-2]
    groups = np.empty((len(numbers), _MOST_GROUPS), np.uint8)
    used = np.zeros(groups.shape, bool)
    more = np.ones(len(numbers), bool)
    for place in range(_MOST_GROUPS):
        group, rest = numbers & 31, numbers >> 5
        used[:, place] = more
        # Done when what is left is only the sign that this group carries already.
        more = more & (rest != np.where(group & 16, -1, 0))
        groups[:, place] = group + np.where(more, 32, 0) + _FIRST
        numbers = rest
    return groups[used].tobytes().decode("ascii")


def _unpack(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """Six-bit groups → runs, int64; the inverse of `_pack`."""
    ends = np.flatnonzero(groups < 32)
    if not len(ends) or ends[-1] != len(groups) - 1:
        raise DataError("the counts of the mask break off in the middle of a number")
    starts = np.concatenate([[0], ends[:-1] + 1])
    lengths = ends - starts + 1
    if lengths.max() > _MOST_GROUPS:
        raise DataError("the counts of the mask hold a number larger than any picture")
    places = np.arange(len(groups)) - np.repeat(starts, lengths)
    numbers = np.add.reduceat((groups & 31) << (5 * places), starts)
    numbers -= np.where(groups[ends] & 16, np.int64(1) << (5 * lengths), 0)
    # Undo the differences: odd runs count on from the second, even ones from the third.
    runs: NDArray[np.int64] = numbers.copy()
    runs[1::2] = np.cumsum(numbers[1::2])
    runs[2::2] = np.cumsum(numbers[2::2])
    return runs


def _short(value: object) -> str:
    """A value as a message shows it: strangers may send a megabyte."""
    return reprlib.repr(value)
