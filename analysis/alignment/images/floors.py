"""Maps of nobody, for a model to beat: random, and the centre of the picture.

Both stand over the finest grid that any explainer has in the picture, at most 32 cells a side, so
that they are no coarser and no finer than what they are held against. People look, and
photographers point, at the centre (Tatler, 2007, Journal of Vision 7(14)): a map of the centre
alone often beats a saliency method, and knows nothing of the model (Judd, Durand & Torralba, 2012).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from analysis.alignment.images.base import Map

MOST_CELLS = 32
DRAWS = 3
"""Random maps of a picture; their scores are averaged."""


def floor_grid(maps: Iterable[Map], size: tuple[int, int]) -> tuple[int, int]:
    """Rows and cols of the floors in a picture of `size` (height, width)."""
    finest = np.max([scores.shape for scores in maps], axis=0)
    rows, cols = (
        min(MOST_CELLS, int(cells), side) for cells, side in zip(finest, size, strict=True)
    )
    return rows, cols


def centre_map(rows: int, cols: int) -> Map:
    """A Gaussian at the centre, its standard deviation a quarter of each side: (rows, cols).

    Cells equally far from the centre have exactly the same score.
    """
    down, across = (_squared(cells) for cells in (rows, cols))
    # (x − ½)² / (2 · ¼²) of a side of length 1, where `_squared` is (2x − 1)².
    return np.exp(-2 * (down[:, None] + across)).astype(np.float32)


def random_maps(rows: int, cols: int, seed: tuple[int, int]) -> NDArray[np.float32]:
    """Independent uniform scores in [0, 1): float32, shape (DRAWS, rows, cols)."""
    return np.random.default_rng(seed).random((DRAWS, rows, cols), dtype=np.float32)


def _squared(cells: int) -> NDArray[np.float64]:
    """(2x − 1)² at the middles x of so many cells of a side of length 1."""
    return ((2 * np.arange(cells) + 1 - cells) / cells) ** 2
