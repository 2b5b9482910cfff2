"""Correlations of two maps over the same units, instance by instance, and the entropy of one.

Maps are ragged float arrays with the same offsets: n rows, one value a unit. What is undefined is
NaN here, and left out of means with its reason (`analysis.explained.agreement`). Nothing loops
over rows.
"""

from __future__ import annotations

import numpy as np

from analysis.arrays import Bools, Floats, Ints, divide, rank_rows, row_sums
from db.errors import DataError
from db.ragged import Ragged


def same_rows(one: Ragged, other: Ragged) -> None:
    """DataError where two maps are not over the same units."""
    if len(one) != len(other) or (one.offsets != other.offsets).any():
        raise DataError("two maps can be compared on the same units of the same instances only")


def pearson(one: Ragged, other: Ragged) -> Floats:
    """Shape (n,), −1 to 1; NaN where a map is the same everywhere."""
    same_rows(one, other)
    x, y = _centred(one), _centred(other)
    rows, n = one.row_ids, len(one)
    both = row_sums(x * y, rows, n)
    lengths = np.sqrt(row_sums(x * x, rows, n)) * np.sqrt(row_sums(y * y, rows, n))
    there = varied(one) & varied(other)
    return np.where(there, np.clip(divide(both, lengths), -1, 1), np.nan)


def kendall(one: Ragged, other: Ragged) -> Floats:
    """Kendall's tau-b (1945): shape (n,), −1 to 1; NaN where a map is the same everywhere.

    Discordant pairs are counted bit by bit over all rows at once: pairs whose values on the second
    map share all higher bits of their rank and part at this one, met in the wrong order.
    """
    same_rows(one, other)
    x, y = (rank_rows(_floats(each), each.offsets).low for each in (one, other))
    rows, n, lengths = one.row_ids, len(one), one.lengths.astype(np.float64)
    pairs = lengths * (lengths - 1) / 2
    tied_x, tied_y, tied = (_tied(key, rows, n) for key in ((x,), (y,), (x, y)))
    order = np.lexsort((y, x, rows))
    lost = _inversions(y[order], rows[order], n)
    net = pairs - tied_x - tied_y + tied - 2 * lost
    return divide(net, np.sqrt(pairs - tied_x) * np.sqrt(pairs - tied_y))


def entropy(map_: Ragged) -> Floats:
    """−Σ p log p / log T of maps that sum to 1: shape (n,), 0 (one unit has all) to 1 (even).

    NaN for a single unit. Source: Jain & Wallace (2019), who do not divide by log T.
    """
    p = _floats(map_)
    parts = np.zeros_like(p)
    parts[p > 0] = -p[p > 0] * np.log(p[p > 0])
    sums = row_sums(parts, map_.row_ids, len(map_))
    return divide(sums, np.log(np.maximum(map_.lengths, 1)))


def varied(map_: Ragged) -> Bools:
    """Rows whose values are not all the same: shape (n,)."""
    values, rows = _floats(map_), map_.row_ids
    found = np.zeros(len(map_), dtype=bool)
    first = values[map_.offsets[:-1][rows]] if len(values) else values
    found[rows[values != first]] = True
    return found


def _floats(map_: Ragged) -> Floats:
    return np.asarray(map_.values, dtype=np.float64)


def _centred(map_: Ragged) -> Floats:
    values, rows = _floats(map_), map_.row_ids
    means = divide(row_sums(values, rows, len(map_)), map_.lengths.astype(np.float64))
    return values - means[rows]


def _tied(keys: tuple[Ints, ...], rows: Ints, n: int) -> Floats:
    """Pairs of the same row that are equal on all keys: shape (n,)."""
    order = np.lexsort((*keys, rows))
    new = np.ones(len(rows), dtype=bool)
    changes = [key[order][1:] != key[order][:-1] for key in (*keys, rows)]
    new[1:] = np.logical_or.reduce(changes)
    first = np.flatnonzero(new)
    size = np.diff(np.append(first, len(rows))).astype(np.float64)
    return row_sums(size * (size - 1) / 2, rows[order][first], n)


def _inversions(ranks: Ints, rows: Ints, n: int) -> Floats:
    """Pairs i before j of a row with ranks[i] > ranks[j]: shape (n,)."""
    found = np.zeros(n)
    for bit in range(int(ranks.max(initial=0)).bit_length()):
        order = np.lexsort((ranks >> (bit + 1), rows))  # stable: places stay in order
        above = (ranks[order] >> bit & 1).astype(np.int64)
        prefix, row = ranks[order] >> (bit + 1), rows[order]
        new = np.ones(len(row), dtype=bool)
        new[1:] = (prefix[1:] != prefix[:-1]) | (row[1:] != row[:-1])
        before = np.cumsum(above) - above
        start = np.flatnonzero(new)
        before = before - np.repeat(before[start], np.diff(np.append(start, len(row))))
        found += row_sums(np.where(above == 0, before, 0), row, n)
    return found
