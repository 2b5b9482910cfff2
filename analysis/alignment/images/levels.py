"""The levels of a map: its pixels score by score, from the highest down, whatever the gold.

They are the same for every gold that has all pixels, and are then made once for all of these.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.arrays import Bools, Floats, Ints


@dataclass(frozen=True, eq=False)
class Levels:
    """L levels of P comparisons, cut into A atoms (of one level and one pattern).

    `n`: P; `n_atoms`: A; `first`: int64, shape (L,), where each level begins among the atoms; `of`:
    int64, shape (L,), the comparison of each level; `scores`: float64, shape (L,); `count`:
    float64, shape (A,), the pixels of each atom, None for one each.
    """

    n: int
    n_atoms: int
    first: Ints
    of: Ints
    scores: Floats
    count: Floats | None

    @cached_property
    def pixels(self) -> Floats:
        """Pixels of each level: shape (L,)."""
        if self.count is None:
            return np.diff(self.first, append=self.n_atoms).astype(np.float64)
        return self.sums(self.count)

    @cached_property
    def above(self) -> Floats:
        """Pixels strictly above each level: shape (L,)."""
        return self.before(self.pixels)

    @cached_property
    def positive(self) -> Floats:
        """Scores, 0 where they are below: shape (L,)."""
        return np.maximum(self.scores, 0.0)

    @cached_property
    def energy(self) -> Floats:
        """Sum of the positive scores of all pixels: shape (P,)."""
        return self.total(self.positive * self.pixels)

    @cached_property
    def ranks(self) -> Floats:
        """Ranks of pixels from the lowest up, ties sharing their mean, minus the mean rank: (L,)."""
        return (self.each(self.total(self.pixels)) - self.pixels) / 2 - self.above

    @cached_property
    def varied(self) -> Floats:
        """Sum of squared ranks over all pixels, 0 where all scores are alike: shape (P,)."""
        return self.total(self.pixels * self.ranks**2)

    @cached_property
    def begins(self) -> Ints:
        """The first level of each comparison that has one."""
        return np.flatnonzero(np.diff(self.of, prepend=-1))

    def sums(self, values: Floats) -> Floats:
        """Sums by level, shape (L,), of one value an atom."""
        if len(self.first) == len(values):
            return values
        return np.asarray(np.add.reduceat(values, self.first), np.float64)

    def total(self, values: Floats | Bools) -> Floats:
        """Sums by comparison, shape (P,), of one value a level."""
        found = np.zeros(self.n)
        if len(values):
            sums = np.add.reduceat(values, self.begins, dtype=np.float64)
            found[self.of[self.begins]] = sums
        return found

    def each(self, values: Floats) -> Floats:
        """One value a comparison, shape (P,), for each of its levels: shape (L,), or (1,) where
        there is one comparison."""
        return values if self.n == 1 else values[self.of]

    def before(self, values: Floats) -> Floats:
        """What is added up before each level, within its comparison: shape (L,)."""
        running = np.cumsum(values)
        running -= values
        if len(self.begins) < 2:
            return running
        sizes = np.diff(np.append(self.begins, len(values)))
        return running - np.repeat(running[self.begins], sizes)
