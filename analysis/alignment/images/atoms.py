"""A picture cut into atoms: the pixels of one cell that the same people marked.

All pixels of an atom have the same score in a map and the same value in every gold, so that an atom
with its number of pixels says as much as they do. Golds see the pixels of a pattern (of who marked
them) as one; a map over a grid has about as many atoms as cells, whatever the picture's size.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.alignment.images.base import Map, Mask
from analysis.alignment.images.grid import Refined, cell_of, refined
from analysis.arrays import Ints

BYTE = 8
MOST_BINS = 4
"""Counting bins a pixel; where a count would need more, the pixels are sorted instead."""
FINE = 4
"""Pixels a cell: where a grid has fewer, every pixel is an atom of its own."""


class Patterns(NamedTuple):
    """Who marked a pixel. `code`: int32, shape (height, width), one of P patterns; `members`:
    uint8, shape (masks, P), 1 where a mask has the pixels of a pattern."""

    code: NDArray[np.int32]
    members: NDArray[np.uint8]

    @property
    def n(self) -> int:
        """P."""
        return int(self.members.shape[1])

    @property
    def pixels(self) -> Ints:
        """Pixels of each pattern: int64, shape (P,)."""
        return np.bincount(self.code.ravel(), minlength=self.n).astype(np.int64)


class Atoms(NamedTuple):
    """K atoms of a picture under one grid. `cell`: int64, shape (K,), the cell's number, row by row
    of the refined grid; `pattern`: int64, shape (K,); `pixels`: int64, shape (K,), how many."""

    cell: Ints
    pattern: Ints
    pixels: Ints


class Grid(NamedTuple):
    """The rows and columns of cells that a picture's pixels are in."""

    rows: Refined
    cols: Refined

    @property
    def n(self) -> int:
        """How many cells have a pixel."""
        return len(self.rows.first) * len(self.cols.first)

    def read(self, scores: Map) -> NDArray[np.float32]:
        """The scores of a map over this grid, cell by cell: float32, shape (n,)."""
        height, width = len(self.rows.of), len(self.cols.of)
        rows = cell_of(scores.shape[0], height)[self.rows.first]
        cols = cell_of(scores.shape[1], width)[self.cols.first]
        return np.asarray(scores[rows[:, None], cols].ravel(), np.float32)


def grid_of(shapes: Sequence[tuple[int, int]], size: tuple[int, int]) -> Grid:
    """All of these grids (rows, cols) laid over each other, on a picture of (height, width)."""
    rows = refined((shape[0] for shape in shapes), size[0])
    return Grid(rows, refined((shape[1] for shape in shapes), size[1]))


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


def atoms_of(marked: Patterns, grid: Grid) -> Atoms:
    """Cut a picture by who marked it and by one grid, row by row of cells."""
    n_cols = len(grid.cols.first)
    cells = grid.rows.of[:, None] * n_cols + grid.cols.of
    atom, pixels = _counted((marked.code + cells * marked.n).ravel(), grid.n * marked.n)
    return Atoms(atom // marked.n, atom % marked.n, pixels)


def _counted(codes: Ints, n_bins: int) -> tuple[Ints, Ints]:
    """The codes that occur, rising, and how often each does."""
    if n_bins <= MOST_BINS * len(codes):
        counts = np.bincount(codes, minlength=n_bins)
        there = np.flatnonzero(counts)
        return there, counts[there]
    found, counts = np.unique(codes, return_counts=True)
    return found, counts
