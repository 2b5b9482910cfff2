"""A map laid on a gold, level by level of its scores from the highest down.

A level is the pixels of one score. How many there are, how many of them are marked, and how many
stand above: nearly every score on pictures is a sum over levels. Pixels of one level are never
told apart, so that every score is the expected one over their random order.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.alignment.compared import Compared
from analysis.alignment.images.against import Against
from analysis.arrays import Floats, Ints, divide, row_sums, spread


@dataclass(frozen=True, eq=False)
class Profile:
    """P comparisons in L levels. `atom`: int64, shape (A,), atoms of the golds, from the highest
    score down; `first`: int64, shape (L,), where each level begins among them; `of`: int64, shape
    (L,), the comparison of each level; `scores`: float64, shape (L,)."""

    against: Against
    n: int
    atom: Ints
    first: Ints
    of: Ints
    scores: Floats

    def by_level(self, values: Floats) -> Floats:
        """Sums by level, shape (L,), of one value an atom of the golds."""
        if not len(self.first):
            return np.empty(0)
        return np.asarray(np.add.reduceat(values[self.atom], self.first), np.float64)

    def total(self, values: Floats) -> Floats:
        """Sums by comparison, shape (P,), of one value a level."""
        return row_sums(values, self.of, self.n)

    @cached_property
    def pixels(self) -> Floats:
        """Pixels of each level: shape (L,)."""
        return self.by_level(self.against.pixels)

    @cached_property
    def marked(self) -> Floats:
        """Sum of the gold over the pixels of each level: shape (L,)."""
        return self.by_level(self.against.marked)

    @cached_property
    def above(self) -> Floats:
        """Pixels strictly above each level: shape (L,)."""
        return self._before(self.pixels)

    @cached_property
    def marked_above(self) -> Floats:
        """Sum of the gold strictly above each level: shape (L,)."""
        return self._before(self.marked)

    @cached_property
    def all_pixels(self) -> Floats:
        """Pixels of each comparison: shape (P,)."""
        return self.total(self.pixels)

    @cached_property
    def all_marked(self) -> Floats:
        """Sum of the gold of each comparison: shape (P,)."""
        return self.total(self.marked)

    @cached_property
    def k(self) -> Floats:
        """Pixels that the map is cut to, as many as the gold marks: shape (P,). Of a soft gold the
        sum of its shares, rounded half up, at least 1."""
        return np.maximum(np.floor(self.all_marked + 0.5), 1.0)

    @cached_property
    def taken(self) -> Floats:
        """Sum of the gold over the k highest pixels: shape (P,). Pixels of the level in which the
        cut falls share the places that are left."""
        share = np.clip((self.k[self.of] - self.above) / self.pixels, 0.0, 1.0)
        return self.total(self.marked * share)

    def at_top(self, values: Floats) -> Floats:
        """Mean over the pixels of the highest level, shape (P,); `values`: sums by level."""
        top = self.above == 0
        return divide(self.total(values * top), self.total(self.pixels * top))

    def _before(self, values: Floats) -> Floats:
        """What is added up before each level, within its comparison: shape (L,)."""
        running = np.cumsum(values) - values
        begins = np.flatnonzero(np.diff(self.of, prepend=-1))
        return running - np.repeat(running[begins], np.diff([*begins, len(values)]))


def profile_of(compared: Compared, against: Against) -> Profile:
    """Order the atoms of every comparison by the map's score."""
    golds, order = compared.golds, compared.order
    length = golds.lengths[compared.gold]
    at = order.order[spread(compared.start, length)]
    own = np.repeat(golds.values.offsets[:-1][compared.gold] - compared.start, length)
    # The first atom of a level has as many above it as stand before it.
    first = np.flatnonzero(order.low[at] == spread(np.zeros_like(length), length))
    of = np.repeat(np.arange(len(compared)), length)[first]
    return Profile(against, len(compared), at + own, first, of, order.scores[at[first]])
