"""A map put in order once, whoever's gold it is laid on later: its atoms from the highest score down.

The sort is of whole numbers (score, pattern), which machines do fast. Atoms of one score and one
pattern become one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.alignment.images.atoms import FINE, Atoms, Grid, Patterns
from analysis.alignment.images.base import Map
from analysis.arrays import Floats, Ints

HALF = np.uint64(32)
SIGN = np.uint32(1 << 31)


class Ranked(NamedTuple):
    """A map on one picture, E atoms from the highest score down, those of a score by pattern.

    `scores`: float32, shape (E,); `pattern`: the smallest unsigned type, shape (E,); `pixels`:
    int32, shape (E,), how many, None where every atom is one pixel.
    """

    scores: NDArray[np.float32]
    pattern: NDArray[np.unsignedinteger]
    pixels: NDArray[np.int32] | None

    @property
    def n(self) -> int:
        """E."""
        return len(self.scores)


class RankedMaps(NamedTuple):
    """One map on I pictures, end to end. `offsets`: int64, shape (I + 1,), where the atoms of each
    picture begin; the rest as in `Ranked`, shape (E,), with `pattern` counted within a picture."""

    offsets: Ints
    scores: NDArray[np.float32]
    pattern: NDArray[np.unsignedinteger]
    pixels: NDArray[np.int32] | None


def is_fine(grid: Grid) -> bool:
    """Whether a grid has so many cells that every pixel is better an atom of its own."""
    return grid.n * FINE > len(grid.rows.of) * len(grid.cols.of)


def ranked_pixels(scores: Map, marked: Patterns, grid: Grid) -> Ranked:
    """Every pixel on its own: one sort of pixels."""
    rows, cols = grid.rows.of, grid.cols.of
    cells = grid.read(scores).reshape(len(grid.rows.first), len(grid.cols.first))
    keys = _falling(cells)[rows[:, None], cols]
    return _runs(keys.ravel() | marked.code.ravel().astype(np.uint64), None, marked.n)


def ranked_atoms(scores: Map, atoms: Atoms, grid: Grid, n_patterns: int) -> Ranked:
    """Atoms that were counted before, in the order of one more map over the same grid."""
    keys = _falling(grid.read(scores))[atoms.cell] | atoms.pattern.astype(np.uint64)
    return _runs(keys, atoms.pixels, n_patterns)


def end_to_end(maps: Sequence[Ranked]) -> RankedMaps:
    """One map on some pictures, picture after picture."""
    offsets = np.cumsum([0, *(one.n for one in maps)]).astype(np.int64)
    single = all(one.pixels is None for one in maps)
    counts = [one.pixels if one.pixels is not None else np.ones(one.n, np.int32) for one in maps]
    if len(maps) == 1:
        return RankedMaps(offsets, *maps[0])
    return RankedMaps(
        offsets,
        np.concatenate([one.scores for one in maps]),
        np.concatenate([one.pattern for one in maps]),
        None if single else np.concatenate(counts),
    )


def _runs(keys: NDArray[np.uint64], pixels: Ints | None, n_patterns: int) -> Ranked:
    """Sorted, with equal keys made one; `pixels`: of each key, None for one each."""
    counts: Floats | None = None
    if pixels is None:
        keys = np.sort(keys)
    else:
        order = np.argsort(keys)
        keys, counts = keys[order], pixels[order].astype(np.float64)
    new = np.ones(len(keys), dtype=bool)
    np.not_equal(keys[1:], keys[:-1], out=new[1:])
    if not new.all():
        first = np.flatnonzero(new)
        counts = (
            np.diff(np.append(first, len(keys))).astype(np.float64)
            if counts is None
            else np.add.reduceat(counts, first)
        )
        keys = keys[first]
    kind = np.min_scalar_type(max(n_patterns - 1, 0))
    sizes = None if counts is None else counts.astype(np.int32)
    return Ranked(_scores(keys), keys.astype(np.uint32).astype(kind), sizes)


def _falling(scores: NDArray[np.float32]) -> NDArray[np.uint64]:
    """Whole numbers in the upper half that fall as scores rise, equal where these are."""
    bits = (scores + np.float32(0)).view(np.uint32)
    rising = np.where(bits >> np.uint32(31), ~bits, bits | SIGN)
    return (~rising).astype(np.uint64) << HALF


def _scores(keys: NDArray[np.uint64]) -> NDArray[np.float32]:
    """The scores that `_falling` made such numbers of."""
    rising = ~(keys >> HALF).astype(np.uint32)
    return np.where(rising >> np.uint32(31), rising & ~SIGN, ~rising).view(np.float32)
