"""The golds that maps are laid against, atom by atom: weights, ranks, cells, and tolerance.

All arrays are of shape (N,), one value an atom of a gold, in the order of the golds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from analysis.alignment import GOLD_POLICIES
from analysis.alignment.base import GoldPolicy, Golds
from analysis.alignment.images.layout import Layout
from analysis.alignment.order import order_of
from analysis.arrays import Floats, Ints, divide, row_sums
from analysis.marked import token_votes


@dataclass(frozen=True, eq=False)
class Against:
    """Golds of a policy over the atoms of a layout."""

    layout: Layout
    golds: Golds
    policy: str

    @cached_property
    def pixels(self) -> Floats:
        """Pixels of each atom."""
        return self.layout.pixels[self.golds.token]

    @cached_property
    def marked(self) -> Floats:
        """Sum of the gold over the pixels of each atom."""
        return self.pixels * self.golds.flat

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

    def share_of_cell(self, values: Floats) -> Floats:
        """Mean over the pixels of its cell, for each atom; `values`: sums over pixels of atoms."""
        n_cells = int(self.layout.cell.max(initial=0)) + 1
        key = self.golds.values.row_ids * n_cells + self.layout.cell[self.golds.token]
        # Atoms of a cell stand together, those of a gold in one run.
        place = np.cumsum(np.diff(key, prepend=-1) != 0) - 1
        count = int(place.max(initial=-1)) + 1
        shares = divide(row_sums(values, place, count), row_sums(self.pixels, place, count))
        return np.asarray(shares[place])

    def best_cell(self, values: Floats) -> Floats:
        """The highest such mean of each gold: shape (G,), NaN where it has no atom."""
        found = np.full(len(self.golds.values), np.nan)
        there = self.golds.lengths > 0
        begins = self.golds.values.offsets[:-1][there]
        if len(begins):
            found[there] = np.maximum.reduceat(self.share_of_cell(values), begins)
        return found

    def order_of_cells(self) -> Floats:
        """A number for each atom that rises with the marked share of its cell, and tells cells of
        equal share apart."""
        share, cell = self.share_of_cell(self.marked), self.layout.cell[self.golds.token]
        order = np.lexsort((cell, share))
        new = (np.diff(share[order], prepend=-1) != 0) | (np.diff(cell[order], prepend=-1) != 0)
        found = np.empty(len(share))
        found[order] = np.cumsum(new)
        return found

    @cached_property
    def near(self) -> Floats:
        """Sum, over the pixels of each atom, of the gold that the policy makes of the grown masks.

        Where a majority of these ties, the pixel counts as outside.
        """
        golds, marks = self.golds, self.layout.setting.marks
        if self.policy == "each":
            return self.pixels * self._grown(golds.row)
        votes = token_votes(replace(marks, masks=self.layout.wide))
        marked, asked = votes.marked[golds.token], votes.asked[golds.token]
        for rows in (golds.row, golds.deleted):
            marked = marked - self._grown(rows)
            asked = asked - np.repeat(rows >= 0, golds.lengths)
        rule: GoldPolicy = GOLD_POLICIES.load(self.policy)
        return np.asarray(self.pixels * np.nan_to_num(rule(marked, asked)))

    @cached_property
    def _local(self) -> Ints:
        """The place of each atom within its picture."""
        starts = self.layout.setting.starts[self.golds.instance]
        return self.golds.token - np.repeat(starts, self.golds.lengths)

    def _grown(self, rows: Ints) -> Floats:
        """The grown mask of one row of the marks a gold, 0 where there is none (−1)."""
        wide, lengths = self.layout.wide, self.golds.lengths
        place = np.repeat(wide.offsets[np.maximum(rows, 0)], lengths) + self._local
        place = np.where(np.repeat(rows >= 0, lengths), place, 0)
        return np.asarray(wide.values[place] * np.repeat(rows >= 0, lengths), np.float64)
