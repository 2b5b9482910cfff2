"""Maps put in order once per instance, from the highest score down, whoever's gold comes later.

The sort is of whole numbers (row, score), which machines do fast; nothing loops over rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.arrays import Bools, Floats, Ints, divide, run_sums, spread

HALF = np.uint64(32)
LOW_BITS = np.uint64(0xFFFFFFFF)


class Shuffled(NamedTuple):
    """A random order. `keys`: uint64, shape (T,), all different, row by row and lowest where a
    score comes first; `ranked`: the same in rising order, so that row after row stands in it."""

    keys: NDArray[np.uint64]
    ranked: NDArray[np.uint64]


@dataclass(frozen=True, eq=False)
class Order:
    """T scores in R rows, ranked within each row from the top.

    `offsets`: int64, shape (R + 1,); `scores`: float64, shape (T,). `order`: int64, shape (T,),
    flat positions row by row, highest first, equal scores in text order. `low`, `high`: int64,
    shape (T,), how many scores of the row lie strictly above, and at or above, each one.
    """

    offsets: Ints
    scores: Floats
    order: Ints
    low: Ints
    high: Ints

    @cached_property
    def lengths(self) -> Ints:
        """Scores in each row: shape (R,)."""
        return np.diff(self.offsets)

    @cached_property
    def rows(self) -> Ints:
        """The row of each score: shape (T,)."""
        return np.repeat(np.arange(len(self.lengths)), self.lengths)

    @cached_property
    def place(self) -> Ints:
        """The place of each score in its row, from 0, equal scores in text order: shape (T,)."""
        place = np.empty(len(self.order), dtype=np.int64)
        place[self.order] = spread(np.zeros_like(self.lengths), self.lengths)
        return place

    @cached_property
    def top(self) -> Ints:
        """The flat position of each row's first, highest score: shape (R,), −1 of an empty row."""
        top = np.full(len(self.lengths), -1, dtype=np.int64)
        there = self.lengths > 0
        top[there] = self.order[self.offsets[:-1][there]]
        return top

    @cached_property
    def varied(self) -> Bools:
        """Rows in which not all scores are the same: shape (R,)."""
        varied = self.top >= 0
        varied[varied] = self.high[self.top[varied]] < self.lengths[varied]
        return varied

    @cached_property
    def promising(self) -> Bools:
        """Rows with a score above 0: shape (R,)."""
        above = self.top >= 0
        above[above] = self.scores[self.top[above]] > 0
        return above

    @cached_property
    def centred(self) -> Floats:
        """Scores minus the mean of their row: shape (T,), exactly 0 where a row is constant."""
        count = self.lengths.astype(np.float64)
        mean = divide(run_sums(self.scores, self.offsets), count)
        return np.where(
            np.repeat(self.varied, self.lengths), self.scores - np.repeat(mean, self.lengths), 0.0
        )

    @cached_property
    def mid_ranks(self) -> Floats:
        """Ranks from the lowest up, ties sharing their mean, minus the row's mean: shape (T,)."""
        return np.asarray(np.repeat(self.lengths, self.lengths) - self.low - self.high) / 2

    @cached_property
    def centred_squares(self) -> Floats:
        """Sum of the squares of `centred` in each row: shape (R,)."""
        return run_sums(self.centred * self.centred, self.offsets)

    @cached_property
    def mid_rank_squares(self) -> Floats:
        """Sum of the squares of `mid_ranks` in each row: shape (R,)."""
        return run_sums(self.mid_ranks * self.mid_ranks, self.offsets)

    @cached_property
    def tied_pairs(self) -> Floats:
        """Pairs of equal scores in each row: shape (R,)."""
        return run_sums((self.high - self.low - 1) / 2, self.offsets)

    @cached_property
    def positive(self) -> Floats:
        """Scores above 0 as shares of their sum, 0 for the others: shape (T,), NaN without any."""
        above = np.maximum(self.scores, 0.0)
        return divide(above, np.repeat(run_sums(above, self.offsets), self.lengths))

    @cached_property
    def groups(self) -> NDArray[np.uint64]:
        """For each score, in the order of `order`, the flat rank where its equals begin, as the
        upper half of a key: shape (T,)."""
        starts = np.repeat(self.offsets[:-1], self.lengths)
        return (starts + self.low)[self.order].astype(np.uint64) << HALF

    def shuffled(self, rng: np.random.Generator) -> Shuffled:
        """Equal scores in random order; those that draw the same number too, in text order."""
        drawn = self.groups | rng.integers(2**32, size=len(self.order), dtype=np.uint32)
        ranked = np.sort(drawn)
        if (ranked[1:] == ranked[:-1]).any():
            ranked = np.arange(len(drawn), dtype=np.uint64)
            drawn[np.argsort(drawn, kind="stable")] = ranked
        keys = np.empty_like(drawn)
        keys[self.order] = drawn
        return Shuffled(keys, ranked)


def order_of(scores: NDArray[np.generic], offsets: Ints) -> Order:
    """Rank scores, shape (T,), within rows."""
    lengths, exact = np.diff(offsets), scores.astype(np.float64)
    row = np.repeat(np.arange(len(lengths), dtype=np.uint64), lengths)
    key = row << HALF | _falling(exact)
    order = np.argsort(key)
    ordered = key[order]
    new = np.ones(len(key), dtype=bool)
    new[1:] = ordered[1:] != ordered[:-1]
    first = np.flatnonzero(new)
    size = np.diff(np.append(first, len(key)))
    starts, ends = np.repeat(first, size), np.repeat(first + size, size)
    tied = ends - starts > 1
    if tied.any():
        keys = starts[tied].astype(np.uint64) << HALF | order[tied].astype(np.uint64)
        order[tied] = np.sort(keys) & LOW_BITS
    before = np.repeat(offsets[:-1], lengths)
    low, high = np.empty_like(order), np.empty_like(order)
    low[order], high[order] = starts - before, ends - before
    return Order(offsets, exact, order, low, high)


def order_of_masks(masks: NDArray[np.generic], offsets: Ints) -> Order:
    """The same for rows of 0 and 1, which need no sort: the marked first."""
    lengths, marked = np.diff(offsets), masks.astype(bool)
    ones, zeros = np.flatnonzero(marked), np.flatnonzero(~marked)
    count = np.diff(np.searchsorted(ones, offsets))
    order = np.empty(len(marked), dtype=np.int64)
    order[spread(offsets[:-1], count)] = ones
    order[spread(offsets[:-1] + count, lengths - count)] = zeros
    low, high = np.zeros(len(marked), np.int64), np.repeat(lengths, lengths)
    low[zeros] = np.repeat(count, lengths - count)
    high[ones] = np.repeat(count, count)
    return Order(offsets, masks.astype(np.float64), order, low, high)


def level(lengths: Ints) -> Order:
    """The constant map: the score 1 everywhere, every score equal to every other."""
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    total = int(offsets[-1])
    low, high = np.zeros(total, np.int64), np.repeat(lengths, lengths)
    return Order(offsets, np.ones(total), np.arange(total), low, high)


def _falling(scores: Floats) -> NDArray[np.uint64]:
    """Whole numbers below 2**32 that fall as scores rise, equal where these are: shape (T,)."""
    with np.errstate(over="ignore"):
        single = (scores + 0.0).astype(np.float32)
    if (single.astype(np.float64) == scores).all():
        bits = single.view(np.uint32)
        rising = np.where(bits >> 31, ~bits, bits | np.uint32(1 << 31))
        return (~rising).astype(np.uint64)
    order = np.argsort(scores)[::-1]
    new = np.ones(len(order), dtype=bool)
    new[1:] = scores[order[1:]] != scores[order[:-1]]
    code = np.empty(len(order), dtype=np.uint64)
    code[order] = np.cumsum(new) - 1
    return code
