"""Judgements under weights, counted by unit and value: what every chance correction starts from.

With workers' weights w, W = Σw and Q = Σw² over the workers of a unit, and units' weights v:

    observed    D_o = Σ v_u · [Σ_{i≠j} w_i w_j δ(x_i, x_j) / (W_u² − Q_u)] / Σ v_u,  units with W² > Q
    shares      π_c = Σ v_u · (W_uc / W_u) / Σ v_u,                                  units with W > 0

At w = v = 1 these are the shares of Gwet (2014), *Handbook of Inter-Rater Reliability*: a unit
counts once however many judged it, and one that only one worker judged counts in the shares alone.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from analysis.agreement.cells import Cells, cells_by_worker, units_by_worker
from analysis.agreement.levels import Distance
from analysis.agreement.pairable import Pairable
from analysis.arrays import Floats, Sparse, divide
from analysis.resampling import Weights


class Tally(NamedTuple):
    """One set of cells under b sets of weights.

    `weights`: shape (C, b or 1), Σw of each cell; `own`: (U, b or 1), Q_u; `units`: (U, b or 1),
    v_u; `by_value`: the matrix `cells.by_value()`.
    """

    cells: Cells
    by_value: Sparse
    weights: Floats
    own: Floats
    units: Floats

    def shares(self) -> Floats:
        """π of every value: shape (V, b); they sum to 1."""
        total = self.cells.by_unit(self.weights)
        there = self.units * (total > 0)
        of_unit = np.divide(there, total, out=np.zeros_like(there + total), where=total > 0)
        sums = self.by_value @ np.ascontiguousarray(of_unit[self.cells.unit] * self.weights)
        return divide(sums, there.sum(axis=0))

    def observed(self, distance: Distance) -> Floats:
        """The mean disagreement of two workers of a unit: shape (b,), NaN without such a unit."""
        total = self.cells.by_unit(self.weights)
        pairs = total**2 - self.own
        pairable = self.units * (pairs > 0)
        margins = self.by_value @ self.weights
        within = distance.within(self.cells, self.weights, margins)
        mean = np.divide(within, pairs, out=np.zeros_like(within), where=pairs > 0)
        return divide((pairable * mean).sum(axis=0), pairable.sum(axis=0))


class Taker(Protocol):
    """Weights → the tally under them; `width`: rows of its temporary arrays."""

    width: int

    def __call__(self, drawn: Weights) -> Tally: ...


class UnitTaker:
    """The tally when units are drawn as the patterns that they show."""

    def __init__(self, data: Pairable) -> None:
        self.cells = data.patterns
        self.by_value = self.cells.by_value()
        self.own = self.cells.by_unit(self.cells.count)
        self.width = _width(self.cells, len(self.cells.code))

    def __call__(self, drawn: Weights) -> Tally:
        return Tally(self.cells, self.by_value, self.cells.count, self.own, drawn.units)


class WorkerTaker:
    """The tally when workers are drawn, or both."""

    def __init__(self, data: Pairable) -> None:
        self.cells = data.cells
        self.by_value = self.cells.by_value()
        self.of_cells = cells_by_worker(data.cells, data.judged)
        self.of_units = units_by_worker(data.cells, data.judged)
        self.width = _width(data.cells, len(data.judged.unit))

    def __call__(self, drawn: Weights) -> Tally:
        weights = self.of_cells @ drawn.workers
        own = self.of_units @ drawn.workers**2
        return Tally(self.cells, self.by_value, weights, own, drawn.units)


def _width(cells: Cells, rows: int) -> int:
    """The longest temporary array: judgements, values, or pairs of cells of a unit."""
    return max(rows, len(cells.values), int((np.bincount(cells.unit) ** 2).sum()))
