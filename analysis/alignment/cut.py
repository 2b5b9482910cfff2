"""Cutting a map of scores at its k highest tokens, and what becomes of ties at the cut."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from analysis.alignment.base import Cut, Golds, KPolicy
from analysis.alignment.compared import Compared
from analysis.alignment.order import HALF, LOW_BITS, Shuffled
from analysis.arrays import Floats, Ints, run_sums, spread
from db.errors import UsageError

DRAWS = 10
"""Random choices that a score over random ties is averaged over, where it has no formula."""


class Chosen(NamedTuple):
    """Chosen tokens by comparison and in text order: int64, shape (C,) each."""

    of: Ints
    place: Ints


def choose_k(policy: KPolicy, golds: Golds) -> Ints:
    """How many tokens each map is cut to: int64, shape (G,), from 1 to the gold's tokens.

    "instance": as many as the gold marks (a soft gold: the sum of its shares, rounded); "mean":
    the mean of that over the golds, rounded, as ERASER does (DeYoung et al. 2020); a whole number;
    or a share of the tokens, above 0 and below 1, rounded up.
    """
    length = golds.lengths
    if policy == "instance":
        k = np.floor(golds.marked + 0.5)
    elif policy == "mean":
        k = np.full(len(length), np.floor(golds.marked.mean() + 0.5) if len(length) else 1)
    elif isinstance(policy, (str, bool)) or not policy > 0:
        raise UsageError(f"k is 'instance', 'mean', a whole number or a share, not {policy!r}")
    elif isinstance(policy, float) and policy < 1:
        k = np.ceil(policy * length - 1e-9)
    elif policy < 2**31 and policy == int(policy):
        k = np.full(len(length), int(policy))
    else:
        raise UsageError(f"k must be a whole number or a share below 1, not {policy!r}")
    return np.minimum(np.maximum(k.astype(np.int64), 1), length)


def inclusion(of: Compared, cut: Cut) -> Floats:
    """The probability that each marked token is among the k highest: float64, shape (S,).

    0 or 1 where ties fall by position; else tied tokens at the cut share the places left.
    """
    k = cut.k[of.of]
    if cut.ties == "position":
        return (of.order.place[of.at] < k).astype(np.float64)
    low, high = of.order.low[of.at], of.order.high[of.at]
    return np.asarray(np.clip((k - low) / (high - low), 0.0, 1.0))


def selections(of: Compared, cut: Cut) -> Iterator[Chosen]:
    """The k highest tokens: once by position, or where nothing ties; else `DRAWS` random choices."""
    if cut.ties == "position" or not tied_cuts(of, cut.k):
        yield _taken(of, of.order.order, spread(of.start, cut.k), cut.k)
        return
    rng = np.random.default_rng(cut.seed)
    for _ in range(DRAWS):
        if cut.ties == "random":
            yield _drawn(of, of.order.shuffled(rng), cut.k)
        else:
            yield _taken(of, of.order.order, _windows(of, cut.k, rng), cut.k)


def tied_cuts(of: Compared, k: Ints) -> int:
    """Comparisons whose cut falls between tokens of equal score."""
    low, high = _edges(of, k)
    return int((high > k).sum())


def kept(k: Ints, marked: Floats) -> Floats:
    """k where the gold marks something, else 0, by which nothing can be divided: shape (P,)."""
    return np.where(marked > 0, k, 0).astype(np.float64)


def best_mass(golds: Golds, k: Ints) -> Floats:
    """The largest sum of gold values that k tokens can have: shape (G,)."""
    cells = golds.cells
    kept = golds.levels.place < k[cells.gold]
    return run_sums(np.where(kept, cells.value, 0.0), cells.offsets)


def _edges(of: Compared, k: Ints) -> tuple[Ints, Ints]:
    """Tokens strictly above, and at or above, the last score that is kept: shape (P,) each."""
    order = of.order
    there = k > 0
    edge = order.order[of.start[there] + k[there] - 1]
    low, high = np.zeros_like(k), np.zeros_like(k)
    low[there], high[there] = order.low[edge], order.high[edge]
    return low, high


def _windows(of: Compared, k: Ints, rng: np.random.Generator) -> Ints:
    """Ranks kept, flat: all above the edge, and at the edge a run round and round from a random
    start (tokens of one score stand in text order)."""
    low, high = _edges(of, k)
    size, need, edge = high - low, k - low, of.start + low
    first = np.floor(rng.random(len(of)) * size).astype(np.int64)
    along = spread(first, need) % np.repeat(size, need)
    kept = spread(of.start, k)
    inside = spread(np.zeros_like(k), k) >= np.repeat(low, k)
    kept[inside] = np.repeat(edge, need) + along
    return kept


def _drawn(of: Compared, shuffled: Shuffled, k: Ints) -> Chosen:
    """The first k tokens of a random order (k a comparison) in text order."""
    last, there = np.zeros(len(of), np.uint64), k > 0
    last[there] = shuffled.ranked[of.start[there] + k[there] - 1]
    lengths = of.golds.lengths[of.gold]
    found = np.flatnonzero(shuffled.keys[spread(of.start, lengths)] <= np.repeat(last, lengths))
    before = np.cumsum(lengths) - lengths
    return Chosen(np.repeat(np.arange(len(of)), k), found - np.repeat(before, k))


def _taken(of: Compared, order: Ints, ranks: Ints, k: Ints) -> Chosen:
    """The tokens at these flat ranks (k a comparison) in text order."""
    owner = np.repeat(np.arange(len(of)), k)
    place = order[ranks] - of.start[owner]
    keys = np.sort(owner.astype(np.uint64) << HALF | place.astype(np.uint64))
    return Chosen(owner, (keys & LOW_BITS).astype(np.int64))
