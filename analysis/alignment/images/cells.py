"""The cells of all grids of a picture, alike ones together: what the best map over them can do.

Cells that hold equally many pixels of one pattern each are the same to every gold. Where a grid is
as fine as the picture, nearly all are, so that a picture has few kinds of cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from analysis.alignment.images.atoms import Atoms, Grid, Patterns, atoms_of
from analysis.arrays import Floats, Ints


class Kinds(NamedTuple):
    """Kinds of cells, E parts: the pixels of one pattern in the cells of one kind, those of a kind
    in one run. `kind`: int64, shape (E,), rising from 0; `pattern`: int64, shape (E,); `pixels`:
    float64, shape (E,), in all cells of the kind; `cells`: float64, shape (E,), how many there are.
    """

    kind: Ints
    pattern: Ints
    pixels: Floats
    cells: Floats


class KindsOfPictures(NamedTuple):
    """The kinds of I pictures, end to end. `offsets`: int64, shape (I + 1,); the rest as in
    `Kinds`, with `pattern` counted within a picture."""

    offsets: Ints
    kind: Ints
    pattern: Ints
    pixels: Floats
    cells: Floats


def kinds_of(marked: Patterns, grid: Grid) -> Kinds:
    """The kinds of cells of a picture."""
    if grid.n == marked.code.size:
        every = np.arange(marked.n, dtype=np.int64)
        counts = marked.pixels.astype(np.float64)
        return Kinds(every, every, counts, counts)
    return _kinds(atoms_of(marked, grid))


def _kinds(atoms: Atoms) -> Kinds:
    """Cells of one pattern grouped by pattern and size; every other cell is a kind of its own."""
    new = np.diff(atoms.cell, prepend=-1) != 0
    first = np.flatnonzero(new)
    alone = (np.diff(np.append(first, len(new))) == 1)[np.cumsum(new) - 1]
    pure = np.stack([atoms.pattern[alone], atoms.pixels[alone]])
    kinds, counts = np.unique(pure, axis=1, return_counts=True)
    n = kinds.shape[1]
    mixed = ~alone
    own = np.cumsum(new[mixed]) - 1 + n
    return Kinds(
        np.concatenate([np.arange(n), own]).astype(np.int64),
        np.concatenate([kinds[0], atoms.pattern[mixed]]).astype(np.int64),
        np.concatenate([kinds[1] * counts, atoms.pixels[mixed]]).astype(np.float64),
        np.concatenate([counts, np.ones(len(own))]).astype(np.float64),
    )


def kinds_end_to_end(of: Sequence[Kinds]) -> KindsOfPictures:
    """The kinds of some pictures, numbered over all of them."""
    before = np.cumsum([0, *(int(one.kind[-1]) + 1 for one in of)])
    return KindsOfPictures(
        np.cumsum([0, *(len(one.kind) for one in of)]).astype(np.int64),
        np.concatenate([one.kind + at for one, at in zip(of, before, strict=False)]),
        np.concatenate([one.pattern for one in of]),
        np.concatenate([one.pixels for one in of]),
        np.concatenate([one.cells for one in of]),
    )
