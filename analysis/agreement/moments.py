"""Interval alpha out of four numbers a unit, whatever the number of different values.

Of the m judgements x of a unit, centred: m, Σx, Σx², and d = 2(m Σx² − (Σx)²) / (m − 1). Summed over
units with weights v (n, S₁, S₂, D) they give alpha = 1 − D (n − 1) / (2 (n S₂ − S₁²)), which is what
`weighted.weighted_alpha` gives where every worker has the weight 1.
"""

from __future__ import annotations

import numpy as np

from analysis.agreement.cells import Cells
from analysis.arrays import Floats, divide

CANCELS = 1e-4
"""A spread below this share of n S₂ has lost digits, and is summed again about the draw's mean."""


class Moments:
    """The four numbers of each unit: float64, shape (4, U); every unit has two judgements or more."""

    def __init__(self, cells: Cells) -> None:
        x = cells.values[cells.code][:, None]
        m, first, second = (cells.by_unit(cells.count * x**power)[:, 0] for power in range(3))
        # About the unit's first value: a unit of equal values has exactly no spread.
        base = x[cells.starts]
        y = x - base[cells.unit]
        shift, square = (cells.by_unit(cells.count * y**power)[:, 0] for power in (1, 2))
        self.inside = np.maximum(square - shift**2 / m, 0.0)
        self.mean = base[:, 0] + shift / m
        self.of_units = np.stack([m, first, second, 2 * m * self.inside / (m - 1)])

    def alpha(self, units: Floats) -> Floats:
        """Alpha under b sets of units' weights, shape (U, b): shape (b,), NaN where all are equal."""
        n, first, second, within = self.of_units @ units
        spread = n * second - first**2
        near = np.flatnonzero(spread <= CANCELS * n * second)
        if len(near):
            spread[near] = n[near] * self._about_the_mean(units[:, near])
        return np.asarray(1 - divide(within * (n - 1), 2 * spread))

    def _about_the_mean(self, units: Floats) -> Floats:
        """Σ(x − mean)² of each draw, shape (b,); exactly 0 where all that is drawn is equal."""
        m = self.of_units[0]
        # The mean is taken about a unit that was drawn: where all are equal, no rounding is left.
        apart = self.mean[:, None] - self.mean[np.argmax(units > 0, axis=0)]
        weights = m[:, None] * units
        middle = np.nan_to_num(divide((weights * apart).sum(axis=0), weights.sum(axis=0)))
        between = (weights * (apart - middle) ** 2).sum(axis=0)
        return np.asarray(between + self.inside @ units)
