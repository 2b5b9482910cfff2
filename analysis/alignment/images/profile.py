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
from analysis.alignment.images.levels import Levels
from analysis.arrays import Floats, Ints, divide, row_sums, spread


@dataclass(frozen=True, eq=False)
class Profile:
    """P comparisons in L levels. `gold`: int64, shape (P,), places among the golds; `place`: int64,
    shape (A,), where the pattern of each atom stands among those of the golds."""

    against: Against
    gold: Ints
    place: Ints
    levels: Levels

    def by_level(self, values: Floats) -> Floats:
        """Sums over the pixels of each level, shape (L,), of one value a pattern of the golds."""
        found = values[self.place]
        if self.levels.count is not None:
            found *= self.levels.count
        return self.levels.sums(found)

    @cached_property
    def marked(self) -> Floats:
        """Sum of the gold over the pixels of each level: shape (L,)."""
        return self.by_level(self.against.golds.flat)

    @cached_property
    def marked_above(self) -> Floats:
        """Sum of the gold strictly above each level: shape (L,)."""
        return self.levels.before(self.marked)

    @cached_property
    def all_pixels(self) -> Floats:
        """Pixels of each comparison: shape (P,)."""
        return self.against.all_pixels[self.gold]

    @cached_property
    def all_marked(self) -> Floats:
        """Sum of the gold of each comparison: shape (P,)."""
        return self.against.all_marked[self.gold]

    @cached_property
    def k(self) -> Floats:
        """Pixels that the map is cut to, as many as the gold marks: shape (P,). Of a soft gold the
        sum of its shares, rounded half up, at least 1."""
        return np.maximum(np.floor(self.all_marked + 0.5), 1.0)

    @cached_property
    def taken(self) -> Floats:
        """Sum of the gold over the k highest pixels: shape (P,). Pixels of the level in which the
        cut falls share the places that are left."""
        levels, begins = self.levels, self.levels.begins
        of = levels.of[begins]
        whole = levels.total(levels.above < levels.each(self.k))[of].astype(np.int64)
        last = begins + whole - 1
        share = np.minimum((self.k[of] - levels.above[last]) / levels.pixels[last], 1.0)
        found = np.zeros(levels.n)
        found[of] = self.marked_above[last] + self.marked[last] * share
        return found

    def at_top(self, values: Floats) -> Floats:
        """Mean over the pixels of the highest level, shape (P,); `values`: one a pattern of the
        golds. NaN where a comparison has no pixel."""
        levels = self.levels
        starts = levels.first[levels.begins]
        lengths = np.append(levels.first, levels.n_atoms)[levels.begins + 1] - starts
        atom, of = spread(starts, lengths), np.repeat(levels.of[levels.begins], lengths)
        count = np.ones(len(atom)) if levels.count is None else levels.count[atom]
        sums = row_sums(values[self.place[atom]] * count, of, levels.n)
        return divide(sums, row_sums(count, of, levels.n))


def profile_of(compared: Compared, against: Against) -> Profile:
    """Order the patterns of every comparison by the score that all of their pixels have."""
    golds, order = compared.golds, compared.order
    length = golds.lengths[compared.gold]
    at = order.order[spread(compared.start, length)]
    place = at + np.repeat(golds.values.offsets[:-1][compared.gold] - compared.start, length)
    # The first of a level has as many above it as stand before it.
    first = np.flatnonzero(order.low[at] == spread(np.zeros_like(length), length))
    of = np.repeat(np.arange(len(compared)), length)[first]
    levels = Levels(
        len(compared), len(at), first, of, order.scores[at[first]], against.pixels[place]
    )
    return Profile(against, compared.gold, place, levels)
