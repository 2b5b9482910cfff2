"""Judgements counted by unit and value, sparsely; units that look alike counted once.

A cell is one value that a unit received. Agreement needs no more than cells, and never a
workers × units matrix, which is what makes a million judgements hard.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.arrays import Floats, Ints, Sparse, incidence, spread
from analysis.judgements import Judgements


@dataclass(frozen=True, eq=False)
class Cells:
    """C cells, sorted by unit and value; every unit has at least two judgements.

    `unit`, `code`: int64, shape (C,); `count`: float64, shape (C, 1), judgements in the cell;
    `starts`: int64, shape (U,), the first cell of each unit; `values`: float64, shape (V,), the
    values as numbers (0 … V − 1 where they are names; centred for the interval level).
    """

    unit: Ints
    code: Ints
    count: Floats
    starts: Ints
    values: Floats

    @property
    def n_units(self) -> int:
        """Units, U."""
        return len(self.starts)

    def by_unit(self, of_cells: Floats) -> Floats:
        """Sum over the cells of each unit: shape (C, b) → (U, b)."""
        return np.add.reduceat(of_cells, self.starts, axis=0)

    def by_value(self) -> Sparse:
        """The matrix that sums cells by value: (V, C) @ (C, b) → (V, b)."""
        cells = np.arange(len(self.code), dtype=np.int64)
        return incidence(self.code, cells, (len(self.values), len(self.code)))


def count_cells(unit: Ints, code: Ints, values: Floats) -> Cells:
    """Count judgements by (unit, value). `unit`: codes 0 … U − 1, every one of them used."""
    key, count = np.unique(unit * len(values) + code, return_counts=True)
    of_unit = key // len(values)
    starts = np.flatnonzero(np.diff(of_unit, prepend=-1))
    return Cells(of_unit, key % len(values), count[:, None].astype(np.float64), starts, values)


def collapse(cells: Cells) -> tuple[Cells, Ints]:
    """One unit for every pattern of counts, and the pattern of each unit: int64, shape (U,).

    Patterns are told apart by two independent 64-bit sums of random numbers, one per value: two
    different patterns share both with probability below 2⁻¹⁰⁰.
    """
    salt = np.random.default_rng(0).integers(2**64, size=(len(cells.values), 2), dtype=np.uint64)
    signed = salt[cells.code] * cells.count.astype(np.uint64)
    signature = np.add.reduceat(signed, cells.starts, axis=0).view("u8,u8").ravel()
    _, first, pattern = np.unique(signature, return_index=True, return_inverse=True)
    sizes = np.diff(np.append(cells.starts, len(cells.code)))[first]
    rows = spread(cells.starts[first], sizes)
    unit = np.repeat(np.arange(len(first), dtype=np.int64), sizes)
    starts = np.cumsum(sizes) - sizes
    kept = Cells(unit, cells.code[rows], cells.count[rows], starts, cells.values)
    return kept, pattern.astype(np.int64)


def cells_by_worker(cells: Cells, judged: Judgements) -> Sparse:
    """The matrix that turns worker weights into cell weights: (C, W) @ (W, b) → (C, b)."""
    key = cells.unit * len(cells.values) + cells.code
    cell = np.searchsorted(key, judged.unit * len(cells.values) + judged.code)
    return incidence(cell, judged.worker, (len(key), len(judged.workers)))


def units_by_worker(cells: Cells, judged: Judgements) -> Sparse:
    """The matrix that sums over the workers of each unit: (U, W) @ (W, b) → (U, b)."""
    return incidence(judged.unit, judged.worker, (cells.n_units, len(judged.workers)))
