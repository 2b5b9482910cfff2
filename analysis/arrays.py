"""Small array operations that every analysis shares: sums, orders and pairs within rows.

"Rows" are the rows of a ragged array (`db.ragged.Ragged`): flat values cut by rising offsets.
Nothing here loops over rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

CHUNK = 4_000_000
"""How many numbers a temporary array may hold before the work is cut into parts."""


class Sparse(Protocol):
    """A sparse matrix, as far as we use one: it multiplies a dense array from the left."""

    def __matmul__(self, other: Floats) -> Floats: ...

    @property
    def T(self) -> Sparse:
        """The transposed matrix, without a copy."""
        ...


class Pairs(NamedTuple):
    """Ordered pairs of rows of one group: int64, shape (P,) each, `first[p] != second[p]`."""

    first: Ints
    second: Ints


def incidence(
    rows: Ints, columns: Ints, shape: tuple[int, int], values: Floats | None = None
) -> Sparse:
    """A sparse matrix with the sum of `values` at each (row, column); by default, a count."""
    values = np.ones(len(rows)) if values is None else values
    matrix: Sparse = sparse.csr_matrix((values, (rows, columns)), shape=shape)
    return matrix


def row_sums(values: NDArray[np.generic], row: Ints, n_rows: int) -> Floats:
    """Sum of the values of each row, float64, shape (n_rows,); 0 for a row without values."""
    weights = values.astype(np.float64)
    return np.asarray(np.bincount(row, weights=weights, minlength=n_rows), np.float64)


def run_sums(values: NDArray[np.generic], offsets: Ints) -> Floats:
    """`row_sums` of rows that stand end to end, sooner: float64, shape (n_rows,).

    `offsets`: int64, shape (n_rows + 1,). Long rows are added up in parts, as numpy's own sum does,
    so that the last digit may be another.
    """
    sums, there = np.zeros(len(offsets) - 1), offsets[1:] > offsets[:-1]
    sums[there] = np.add.reduceat(values, offsets[:-1][there], dtype=np.float64)
    return sums


def divide(above: Floats, below: Floats) -> Floats:
    """above / below, NaN where `below` is not above 0; the shapes must broadcast."""
    shape = np.broadcast_shapes(np.shape(above), np.shape(below))
    out = np.full(shape, np.nan)
    np.divide(above, below, out=out, where=np.asarray(below) > 0)
    return out


def spread(starts: Ints, lengths: Ints) -> Ints:
    """`starts[i], starts[i] + 1, …` for `lengths[i]` numbers each, end to end."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total, dtype=np.int64) + np.repeat(starts - ends + lengths, lengths)


def ordered_pairs(group: Ints) -> Pairs:
    """All ordered pairs (i, j), i ≠ j, of rows that share a group, in order of group and i."""
    order = np.argsort(group, kind="stable").astype(np.int64)
    sizes = np.bincount(group) if len(group) else np.zeros(0, np.int64)
    starts = np.cumsum(sizes) - sizes
    partners = sizes[group[order]]
    first = np.repeat(order, partners)
    second = order[spread(starts[group[order]], partners)]
    different = first != second
    return Pairs(first[different], second[different])


def blocks(lengths: Ints, limit: int = CHUNK) -> Iterator[slice]:
    """Cut rows of the given lengths into runs of about `limit` values each."""
    part = np.cumsum(lengths) // limit
    cuts = np.concatenate([[0], np.flatnonzero(np.diff(part)) + 1, [len(lengths)]]).tolist()
    for start, stop in pairwise(cuts):
        if stop > start:
            yield slice(start, stop)


class Ranked(NamedTuple):
    """The values of a ragged array in rising order within each row.

    `order`: int64, shape (N,), flat positions in that order; `low`, `high`: int64, shape (N,), how
    many values of the same row lie strictly below, and at or below, each value (in the original
    order). Equal values share both.
    """

    order: Ints
    low: Ints
    high: Ints


def rank_rows(values: Floats, offsets: Ints) -> Ranked:
    """Rank each value among the values of its row; ties share their ranks."""
    lengths = np.diff(offsets)
    row = np.repeat(np.arange(len(lengths)), lengths)
    order = np.lexsort((values, row)).astype(np.int64)
    ordered, starts = values[order], np.repeat(offsets[:-1], lengths)
    new = np.ones(len(values), dtype=bool)
    new[1:] = (ordered[1:] != ordered[:-1]) | (row[1:] != row[:-1])
    first = np.flatnonzero(new)
    size = np.diff(np.append(first, len(values)))
    low, high = np.empty(len(values), np.int64), np.empty(len(values), np.int64)
    low[order] = np.repeat(first, size) - starts
    high[order] = np.repeat(first + size, size) - starts
    return Ranked(order, low, high)
