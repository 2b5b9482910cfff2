"""The k highest units of two maps as lists: their overlap, and how far their orders are apart.

Units that tie are listed by position, first ones first. Nothing loops over rows.
"""

from __future__ import annotations

import numpy as np

from analysis.arrays import CHUNK, Floats, Ints, blocks, divide, ordered_pairs, row_sums
from analysis.explained.maps import same_rows
from db.errors import UsageError
from db.ragged import Ragged


def top_counts(lengths: Ints, share: float) -> Ints:
    """k of each row: ceil(share · T), 1 at least where there is a unit."""
    if not 0 < share <= 1:
        raise UsageError(
            f"the share of the highest tokens must be above 0 and at most 1, not {share}"
        )
    # Rounded first: 0.1 · 30 is a little more than 3 in binary.
    return np.minimum(np.ceil(np.round(share * lengths, 9)).astype(np.int64), lengths)


def top_overlap(one: Ragged, other: Ragged, k: Ints) -> Floats:
    """Share of the k highest units of one map that are among those of the other: shape (n,).

    0 to 1, higher is more alike; by chance k / T. `k`: int64, shape (n,), at most the row's
    length. NaN for an empty list.
    """
    same_rows(one, other)
    both = (_places(one, k) < k[one.row_ids]) & (_places(other, k) < k[one.row_ids])
    return divide(row_sums(both, one.row_ids, len(one)), k.astype(np.float64))


def fagin_kendall(one: Ragged, other: Ragged, k: Ints, penalty: float = 0.5) -> Floats:
    """Kendall distance K^(p) of two top-k lists, of its largest value: shape (n,).

    0 (the same list) to 1 (no unit in common); lower is more alike. Over pairs of units that are
    in either list: 1 where the lists say opposite things of the pair, a unit off a list standing
    behind all on it; p where both units are in one list and neither is in the other, which then
    says nothing; else 0. `penalty` is p: 0 optimistic, ½ neutral. The largest value, of lists that
    share nothing, is k² + p · k (k − 1). Source: Fagin, Kumar & Sivakumar, "Comparing top k
    lists", SIAM J. Discrete Math. 17 (2003); the division is ours. NaN for an empty list.
    """
    same_rows(one, other)
    if not 0 <= penalty <= 1:
        raise UsageError(f"the penalty of Fagin's distance must be in 0 to 1, not {penalty}")
    first, second = _places(one, k), _places(other, k)
    listed = np.flatnonzero(np.minimum(first, second) < k[one.row_ids])
    apart = _apart(first[listed], second[listed], one.row_ids[listed], len(one), penalty)
    size = k.astype(np.float64)
    return divide(apart, size * size + penalty * size * (size - 1))


def _places(map_: Ragged, k: Ints) -> Ints:
    """Place of each unit in its row's list, from 0; k for all units that are not in it."""
    values, rows = np.asarray(map_.values, dtype=np.float64), map_.row_ids
    order = np.lexsort((-values, rows))  # stable: ties stay in order of position
    place = np.empty(len(values), dtype=np.int64)
    place[order] = np.arange(len(values)) - map_.offsets[:-1][rows]
    return np.minimum(place, k[rows])


def _apart(first: Ints, second: Ints, rows: Ints, n: int, penalty: float) -> Floats:
    """Σ of penalties of pairs of a row, shape (n,); all units are in one list at least."""
    found = np.zeros(n)
    sizes = np.bincount(rows, minlength=n)
    ends = np.concatenate([[0], np.cumsum(sizes)])
    for part in blocks(sizes * sizes, CHUNK):
        low, high = ends[part.start], ends[part.stop]
        own = rows[low:high]
        pairs = ordered_pairs(own - part.start)
        a = np.sign(first[low:high][pairs.first] - first[low:high][pairs.second])
        b = np.sign(second[low:high][pairs.first] - second[low:high][pairs.second])
        cost = np.where(a * b < 0, 1.0, np.where(a * b == 0, penalty, 0.0))
        found += row_sums(cost, own[pairs.first], n) / 2  # every pair stands there twice
    return found
