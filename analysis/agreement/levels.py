"""Squared distances between values, by level of measurement, summed under weights.

Every level answers two questions about weighted judgements, without listing pairs where moments
suffice: the disagreement within each unit, and the disagreement that chance would give.
Source: Krippendorff (2011), "Computing Krippendorff's alpha-reliability".
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from analysis.agreement.base import Level
from analysis.agreement.cells import Cells
from analysis.arrays import CHUNK, Floats, ordered_pairs
from db.errors import UsageError


class Distance(Protocol):
    """`weights`: shape (C, b), of cells; `margins`: shape (V, b), of values (pairable units)."""

    def within(self, cells: Cells, weights: Floats, margins: Floats) -> Floats:
        """Σ_{i≠j} w_i w_j δ²(x_i, x_j) over the judgements of each unit: shape (U, b)."""
        ...

    def between(self, cells: Cells, margins: Floats) -> Floats:
        """Σ_{c,k} n_c n_k δ²(c, k) over the values: shape (b,)."""
        ...


class Nominal:
    """δ² = 1 where two values differ: W² − Σ_c W_c²."""

    def within(self, cells: Cells, weights: Floats, margins: Floats) -> Floats:
        return cells.by_unit(weights) ** 2 - cells.by_unit(weights**2)

    def between(self, cells: Cells, margins: Floats) -> Floats:
        return np.asarray(margins.sum(axis=0) ** 2 - (margins**2).sum(axis=0))


class Interval:
    """δ² = (x − y)²: 2(W·Σwx² − (Σwx)²), on centred values, so that no digits are lost."""

    def within(self, cells: Cells, weights: Floats, margins: Floats) -> Floats:
        x = cells.values[cells.code][:, None]
        return _moments(*(cells.by_unit(weights * x**power) for power in range(3)))

    def between(self, cells: Cells, margins: Floats) -> Floats:
        x = cells.values[:, None]
        return _moments(*((margins * x**power).sum(axis=0) for power in range(3)))


class Ordinal:
    """δ = the judgements between two ranks: interval on mid-ranks, which the margins give."""

    def within(self, cells: Cells, weights: Floats, margins: Floats) -> Floats:
        ranks = _mid_ranks(margins)[cells.code]
        return _moments(*(cells.by_unit(weights * ranks**power) for power in range(3)))

    def between(self, cells: Cells, margins: Floats) -> Floats:
        ranks = _mid_ranks(margins)
        return _moments(*((margins * ranks**power).sum(axis=0) for power in range(3)))


class Ratio:
    """δ² = ((x − y)/(x + y))², 0 where both are 0: no moment form, so pairs of cells are listed."""

    def within(self, cells: Cells, weights: Floats, margins: Floats) -> Floats:
        first, second = ordered_pairs(cells.unit)
        distance = _ratio(cells.values[cells.code[first]], cells.values[cells.code[second]])
        sums = np.zeros((cells.n_units, weights.shape[1]))
        step = max(1, CHUNK // weights.shape[1])
        for start in range(0, len(first), step):
            part = slice(start, start + step)
            product = weights[first[part]] * weights[second[part]] * distance[part, None]
            np.add.at(sums, cells.unit[first[part]], product)
        return sums

    def between(self, cells: Cells, margins: Floats) -> Floats:
        values, total = cells.values, np.zeros(margins.shape[1])
        step = max(1, CHUNK // len(values))
        for start in range(0, len(values), step):
            part = slice(start, start + step)
            distance = _ratio(values[part, None], values[None, :])
            total += (margins[part] * (distance @ margins)).sum(axis=0)
        return total


DISTANCES: dict[Level, Distance] = {
    "nominal": Nominal(),
    "ordinal": Ordinal(),
    "interval": Interval(),
    "ratio": Ratio(),
}


def distance(level: Level) -> Distance:
    """The distance of a level of measurement."""
    if level not in DISTANCES:
        raise UsageError(f"no level called {level!r} (there are: {', '.join(DISTANCES)})")
    return DISTANCES[level]


def _moments(zeroth: Floats, first: Floats, second: Floats) -> Floats:
    """Σ_{i,j} w_i w_j (x_i − x_j)² from Σw, Σwx and Σwx²; rounding never makes it negative."""
    return np.maximum(2 * (zeroth * second - first**2), 0.0)


def _mid_ranks(margins: Floats) -> Floats:
    """Judgements below each value plus half of its own, centred: shape (V, b)."""
    ranks = np.cumsum(margins, axis=0) - margins / 2
    return np.asarray(ranks - margins.sum(axis=0) / 2)


def _ratio(x: Floats, y: Floats) -> Floats:
    total = x + y
    gap = np.divide(x - y, total, out=np.zeros(np.broadcast(x, y).shape), where=total != 0)
    return gap**2
