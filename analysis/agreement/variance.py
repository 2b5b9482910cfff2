"""Variance components under weights of units (v) and workers (w), by the method of moments.

W = Σw and Q = Σw² over the workers of a unit. Mean squares are set equal to what they are expected
to be when each worker's error is one error, however often the worker was drawn; at v = w = 1 these
are the usual components of a one-way or two-way analysis of variance.
"""

from __future__ import annotations

import numpy as np

from analysis.arrays import Floats, divide, incidence
from analysis.judgements import Judgements
from analysis.resampling import Weights


class OneWay:
    """Units, and everything else. `x`: float64, shape (J,), the values, centred."""

    def __init__(self, judged: Judgements, x: Floats) -> None:
        shape = (len(judged.units), len(judged.workers))
        self.count, self.first, self.second = (
            incidence(judged.unit, judged.worker, shape, x**power) for power in range(3)
        )
        self.width = len(judged.unit)

    def components(self, drawn: Weights) -> tuple[Floats, Floats]:
        """Variance between units, and within them: shape (b,) each, NaN where there is none."""
        w = drawn.workers
        total, own = self.count @ w, self.count @ w**2
        pairs = total**2 - own
        v = drawn.units * (pairs > 0)
        of_total = np.divide(1.0, total, out=np.zeros_like(total), where=total > 0)
        sums = self.first @ w
        inside = np.maximum(self.second @ w - sums**2 * of_total, 0.0)
        within = divide((v * inside).sum(axis=0), (v * pairs * of_total).sum(axis=0))
        n = (v * total).sum(axis=0)
        grand = divide((v * sums).sum(axis=0), n)
        square = (v * sums**2 * of_total).sum(axis=0) - n * grand**2
        errors = (v * own * of_total).sum(axis=0) - divide((v * own).sum(axis=0), n)
        spread = n - divide((v * total**2).sum(axis=0), n)
        return divide(square - within * errors, spread), within


class TwoWay:
    """Units crossed with workers, every cell filled. `x`: float64, shape (J,), centred."""

    def __init__(self, judged: Judgements, x: Floats) -> None:
        self.grid = np.empty((len(judged.units), len(judged.workers)))
        self.grid[judged.unit, judged.worker] = x
        self.width = sum(self.grid.shape)

    def consistent(self, drawn: Weights) -> tuple[Floats, Floats]:
        """Variance of units, and of errors beside workers' own levels: shape (b,) each."""
        units, _, errors = self._components(drawn)
        return units, errors

    def absolute(self, drawn: Weights) -> tuple[Floats, Floats]:
        """Variance of units, and of workers and errors together: shape (b,) each."""
        units, workers, errors = self._components(drawn)
        return units, workers + errors

    def _components(self, drawn: Weights) -> tuple[Floats, Floats, Floats]:
        v, w = drawn.units, drawn.workers
        n, total, own = v.sum(axis=0), w.sum(axis=0), (w**2).sum(axis=0)
        df_units, df_workers = n - 1, total - divide(own, total)
        of_unit = divide(self.grid @ w, total)
        of_worker = divide(self.grid.T @ v, n)
        grand = divide((v * of_unit).sum(axis=0), n)
        all_of_it = (v * (self.grid**2 @ w)).sum(axis=0) - n * total * grand**2
        rows = total * (v * (of_unit - grand) ** 2).sum(axis=0)
        columns = n * (w * (of_worker - grand) ** 2).sum(axis=0)
        left = np.maximum(all_of_it - rows - columns, 0.0)
        errors = divide(left, df_units * df_workers)
        units = divide(divide(rows, df_units) - divide(own, total) * errors, total)
        workers = divide(divide(columns, df_workers) - errors, n)
        return units, workers, errors
