"""The golds that maps are laid against, pattern by pattern: weights, ranks, and tolerance.

A pattern is all pixels of a picture that the same people marked. All arrays are of shape (N,), one
value a pattern of a gold, in the order of the golds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from analysis.alignment import GOLD_POLICIES
from analysis.alignment.base import GoldPolicy, Golds
from analysis.alignment.images.layout import Layout
from analysis.alignment.order import order_of
from analysis.arrays import Floats, Ints, row_sums
from analysis.marked import token_votes


@dataclass(frozen=True, eq=False)
class Against:
    """Golds of a policy over the atoms of a layout."""

    layout: Layout
    golds: Golds
    policy: str

    @cached_property
    def pixels(self) -> Floats:
        """Pixels of each pattern."""
        return self.layout.pixels[self.golds.token]

    @cached_property
    def marked(self) -> Floats:
        """Sum of the gold over the pixels of each pattern."""
        return self.pixels * self.golds.flat

    @cached_property
    def all_pixels(self) -> Floats:
        """Pixels of each gold: shape (G,)."""
        return self.of_golds(self.pixels)

    @cached_property
    def all_marked(self) -> Floats:
        """Sum of each gold over its pixels: shape (G,)."""
        return self.of_golds(self.marked)

    @cached_property
    def varied(self) -> Floats:
        """Sum of squared ranks over the pixels of each gold, 0 where all are alike: shape (G,)."""
        return self.of_golds(self.pixels * self.ranks**2)

    def of_golds(self, values: Floats) -> Floats:
        """Sums by gold: shape (G,)."""
        return row_sums(values, self.golds.values.row_ids, len(self.golds.values))

    @cached_property
    def ranks(self) -> Floats:
        """Ranks of the gold's pixels by value, from the lowest up, ties sharing their mean, minus
        the mean rank of the gold."""
        order = order_of(self.golds.values.values, self.golds.values.offsets)
        running = np.concatenate([[0.0], np.cumsum(self.pixels[order.order])])
        starts = np.repeat(self.golds.values.offsets[:-1], self.golds.lengths)
        above = running[starts + order.low] - running[starts]
        upto = running[starts + order.high] - running[starts]
        return np.asarray((self.of_golds(self.pixels)[order.rows] - above - upto) / 2)

    @cached_property
    def near(self) -> Floats:
        """The gold that the policy makes of the grown masks.

        Where a majority of these ties, the pixel counts as outside.
        """
        golds, marks = self.golds, self.layout.setting.marks
        if self.policy == "each":
            return self._grown(golds.row)
        votes = token_votes(replace(marks, masks=self.layout.wide))
        marked, asked = votes.marked[golds.token], votes.asked[golds.token]
        for rows in (golds.row, golds.deleted):
            marked = marked - self._grown(rows)
            asked = asked - np.repeat(rows >= 0, golds.lengths)
        rule: GoldPolicy = GOLD_POLICIES.load(self.policy)
        return np.asarray(np.nan_to_num(rule(marked, asked)))

    def places(self, golds: slice) -> tuple[Ints, Ints]:
        """Where each pattern of the pictures of some golds stands among the N, −1 where the gold
        lacks it; and where each of these golds begins in that."""
        lengths = self.layout.lengths[self.golds.instance[golds]]
        begins = np.cumsum(lengths) - lengths
        offsets = self.golds.values.offsets
        found = np.full(int(lengths.sum()), -1, np.int64)
        mine = np.arange(offsets[golds.start], offsets[golds.stop])
        found[begins[self.golds.values.row_ids[mine] - golds.start] + self._local[mine]] = mine
        return found, begins

    @cached_property
    def _local(self) -> Ints:
        """The place of each pattern within its picture."""
        starts = self.layout.setting.starts[self.golds.instance]
        return self.golds.token - np.repeat(starts, self.golds.lengths)

    def _grown(self, rows: Ints) -> Floats:
        """The grown mask of one row of the marks a gold, 0 where there is none (−1)."""
        wide, lengths = self.layout.wide, self.golds.lengths
        place = np.repeat(wide.offsets[np.maximum(rows, 0)], lengths) + self._local
        place = np.where(np.repeat(rows >= 0, lengths), place, 0)
        return np.asarray(wide.values[place] * np.repeat(rows >= 0, lengths), np.float64)
