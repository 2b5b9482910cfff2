"""A picture cut into atoms: the pixels of one cell that the same people marked.

All pixels of an atom have the same score in every map and the same value in every gold, so that an
atom with its number of pixels says as much as they do. A picture has about as many as its grids
have cells, whatever its size in pixels.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.alignment.images.base import Map, Mask
from analysis.alignment.images.grid import cell_of, refined
from analysis.arrays import Ints

BYTE = 8
MOST_BINS = 4
"""Counting bins a pixel; where a count would need more, the pixels are sorted instead."""


class Patterns(NamedTuple):
    """Who marked a pixel. `code`: int32, shape (height, width), one of P patterns; `members`:
    uint8, shape (masks, P), 1 where a mask has the pixels of a pattern."""

    code: NDArray[np.int32]
    members: NDArray[np.uint8]


class Atoms(NamedTuple):
    """The K atoms of a picture. `pixels`: int64, shape (K,), how many; `cell`: int64, shape (K,),
    in the refinement of all grids; `marked`: uint8, shape (masks, K); `row`, `col`: int64, shape
    (K,), one pixel of the cell; `size`: height and width of the picture."""

    pixels: Ints
    cell: Ints
    marked: NDArray[np.uint8]
    row: Ints
    col: Ints
    size: tuple[int, int]

    def read(self, scores: Map) -> NDArray[np.float32]:
        """The score of each atom in a map: float32, shape (K,)."""
        rows, cols = scores.shape
        height, width = self.size
        found: NDArray[np.float32] = scores[
            cell_of(rows, height)[self.row], cell_of(cols, width)[self.col]
        ]
        return found


def patterns(masks: Sequence[Mask]) -> Patterns:
    """Number the combinations of masks that occur, eight masks at a time."""
    code: NDArray[np.int32] | None = None
    members = np.empty((0, 1), np.uint8)
    for start in range(0, len(masks), BYTE):
        part = masks[start : start + BYTE]
        byte = np.zeros(masks[0].shape, np.uint8)
        for bit, mask in enumerate(part):
            byte |= mask << np.uint8(bit)
        # A byte is looked up much faster than a wider number: most pictures have one group.
        joint = byte if code is None else (code << BYTE) + byte
        counts = np.bincount(joint.ravel())
        there = np.flatnonzero(counts)
        number = np.zeros(len(counts), np.int32)
        number[there] = np.arange(len(there))
        code = number[joint]
        bits = (there[None, :] >> np.arange(len(part))[:, None]) & 1
        members = np.concatenate([members[:, there >> BYTE], bits.astype(np.uint8)])
    if code is None:
        raise ValueError("a picture without masks has no patterns")
    return Patterns(code, members)


def atoms_of(masks: Sequence[Mask], grids: Iterable[tuple[int, int]]) -> Atoms:
    """Cut a picture by all masks and by all grids (rows, cols), row by row of cells."""
    height, width = masks[0].shape
    shapes = list(grids)
    rows = refined((shape[0] for shape in shapes), height)
    cols = refined((shape[1] for shape in shapes), width)
    code, members = patterns(masks)
    n_patterns, n_cols = members.shape[1], len(cols.first)
    code = code + (rows.of[:, None] * n_cols + cols.of) * n_patterns
    atom, pixels = _counted(code.ravel(), len(rows.first) * n_cols * n_patterns)
    cell, pattern = atom // n_patterns, atom % n_patterns
    at = rows.first[cell // n_cols], cols.first[cell % n_cols]
    return Atoms(pixels, cell, members[:, pattern], *at, (height, width))


def _counted(codes: Ints, n_bins: int) -> tuple[Ints, Ints]:
    """The codes that occur, rising, and how often each does."""
    if n_bins <= MOST_BINS * len(codes):
        counts = np.bincount(codes, minlength=n_bins)
        there = np.flatnonzero(counts)
        return there, counts[there]
    found, counts = np.unique(codes, return_counts=True)
    return found, counts
