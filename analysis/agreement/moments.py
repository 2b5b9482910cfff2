"""Interval alpha out of four numbers a unit, whatever the number of different values.

Of the m judgements x of a unit, centred: m, Σx, Σx², and d = 2(m Σx² − (Σx)²) / (m − 1). Summed over
units with weights v (n, S₁, S₂, D) they give alpha = 1 − D (n − 1) / (2 (n S₂ − S₁²)), which is what
`weighted.weighted_alpha` gives where every worker has the weight 1.
"""

from __future__ import annotations

import numpy as np

from analysis.agreement.cells import Cells
from analysis.arrays import Floats, divide

ROUNDING = 1e-12
"""Below this share of n S₂ a spread is what rounding leaves of equal values."""


class Moments:
    """The four numbers of each unit: float64, shape (4, U); every unit has two judgements or more."""

    def __init__(self, cells: Cells) -> None:
        x = cells.values[cells.code][:, None]
        m, first, second = (cells.by_unit(cells.count * x**power)[:, 0] for power in range(3))
        within = np.maximum(2 * (m * second - first**2), 0.0) / (m - 1)
        self.of_units = np.stack([m, first, second, within])

    def alpha(self, units: Floats) -> Floats:
        """Alpha under b sets of units' weights, shape (U, b): shape (b,), NaN where all are equal."""
        n, first, second, within = self.of_units @ units
        spread = n * second - first**2
        spread = np.where(spread > ROUNDING * n * second, spread, 0.0)
        return np.asarray(1 - divide(within * (n - 1), 2 * spread))
