"""Where cells and pixels meet: a pixel belongs to the cell that its centre falls in.

Nearest cells and no smoothing between them: smoothing makes scores, an order of pixels and a
highest place that the explainer never gave. It is the same as giving each cell its area of the
mask. Grad-CAM's pictures are drawn with bilinear smoothing; a program that wants that smooths the
map itself and hands over the finer grid.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from analysis.arrays import Ints


class Refined(NamedTuple):
    """Runs of pixel rows (or columns) that no grid tells apart.

    `of`: int64, shape (side,), the run of each pixel; `first`: int64, shape (runs,), the first
    pixel of each run.
    """

    of: Ints
    first: Ints


def cell_of(cells: int, side: int) -> Ints:
    """The cell of each pixel along one side: floor((pixel + ½) · cells / side), shape (side,).

    Where there are more cells than pixels, those without a pixel's centre are not read.
    """
    return (2 * np.arange(side, dtype=np.int64) + 1) * cells // (2 * side)


def refined(cells: Iterable[int], side: int) -> Refined:
    """The runs that all of these numbers of cells have in common along a side of `side` pixels."""
    new = np.zeros(side, dtype=bool)
    new[:1] = True
    for count in set(cells):
        new[1:] |= np.diff(cell_of(count, side)) != 0
    return Refined(np.cumsum(new) - 1, np.flatnonzero(new))
