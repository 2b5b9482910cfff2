"""A distance without a moment form: every two values that met in a unit are compared by name."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from analysis.agreement.cells import Cells
from analysis.arrays import CHUNK, Floats, Ints, Sparse, incidence, ordered_pairs

Gap = Callable[[Ints, Ints], Floats]
"""Codes c, k (broadcast) → the distance of the two values, 0 where they are equal."""


class Listed:
    """Any symmetric distance δ: Σ over pairs of cells of a unit, and over pairs of values.

    The values are compared V × V for what chance gives, in parts of bounded size. The last cells
    are remembered, because replicates change weights alone.
    """

    def __init__(self, gap: Gap) -> None:
        self.gap = gap
        self._of: Cells | None = None
        self._pairs: tuple[Ints, Ints, Floats, Sparse]

    def within(self, cells: Cells, weights: Floats, margins: Floats) -> Floats:
        """Σ_{i≠j} w_i w_j δ(x_i, x_j) over the judgements of each unit: shape (U, b)."""
        first, second, apart, by_unit = self._listed(cells)
        return np.asarray(by_unit @ (weights[first] * weights[second] * apart[:, None]))

    def between(self, cells: Cells, margins: Floats) -> Floats:
        """Σ_{c,k} n_c n_k δ(c, k) over the values: shape (b,)."""
        codes, total = np.arange(len(margins), dtype=np.int64), np.zeros(margins.shape[1])
        step = max(1, CHUNK // max(1, len(codes)))
        for start in range(0, len(codes), step):
            part = slice(start, start + step)
            apart = self.gap(codes[part, None], codes[None, :])
            total += (margins[part] * (apart @ margins)).sum(axis=0)
        return total

    def _listed(self, cells: Cells) -> tuple[Ints, Ints, Floats, Sparse]:
        if self._of is not cells:
            first, second = ordered_pairs(cells.unit)
            apart = np.asarray(self.gap(cells.code[first], cells.code[second]), np.float64)
            rows = np.arange(len(first), dtype=np.int64)
            by_unit = incidence(cells.unit[first], rows, (cells.n_units, len(rows)))
            self._of, self._pairs = cells, (first, second, apart, by_unit)
        return self._pairs
