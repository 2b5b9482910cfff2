"""Maps laid on golds: what every family scores.

A comparison is one gold and one row of an `Order`. Golds are sparse: nearly all scores need only
the tokens that a gold marks, and the ranks that those have in the map.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.alignment.base import Golds, Marked
from analysis.alignment.order import Order, order_of
from analysis.arrays import Floats, Ints, run_sums


@dataclass(frozen=True, eq=False)
class Compared:
    """P comparisons. `gold`: int64, shape (P,), places among the golds; `row`: int64, shape (P,),
    rows of `order`, each as long as its gold."""

    golds: Golds
    gold: Ints
    order: Order
    row: Ints

    def __len__(self) -> int:
        return len(self.gold)

    @cached_property
    def whole(self) -> bool:
        """Whether every gold stands here once, in order."""
        return np.array_equal(self.gold, np.arange(len(self.golds.values)))

    @cached_property
    def cells(self) -> Marked:
        """Marked tokens, comparison by comparison."""
        return self.golds.cells if self.whole else self.golds.cells.take(self.gold)

    @cached_property
    def levels(self) -> Order:
        """The values of the marked tokens in order, a row a comparison."""
        return self.golds.levels if self.whole else order_of(self.cells.value, self.cells.offsets)

    @cached_property
    def of(self) -> Ints:
        """The comparison of each marked token: shape (S,)."""
        return self.cells.gold

    @cached_property
    def at(self) -> Ints:
        """Where each marked token stands in the arrays of `order`: shape (S,)."""
        return self.start[self.of] + self.cells.place

    @cached_property
    def start(self) -> Ints:
        """The first score of each comparison in the arrays of `order`: shape (P,)."""
        return self.order.offsets[self.row]

    @cached_property
    def length(self) -> Floats:
        """Tokens of each comparison: shape (P,)."""
        return self.golds.lengths[self.gold].astype(np.float64)

    @cached_property
    def marked(self) -> Floats:
        """Sum of each comparison's gold: shape (P,)."""
        return self.golds.marked[self.gold]

    def sum(self, values: Floats) -> Floats:
        """Sums of one value a marked token, shape (S,), by comparison: shape (P,)."""
        return run_sums(values, self.cells.offsets)


def laid_on(scores: Floats, order: Order, golds: Golds) -> Compared:
    """A map against every gold. `scores`: shape (T,), of all tokens of all instances, and `order`
    theirs; where golds lack tokens, those that are left are ranked among themselves."""
    gold = np.arange(len(golds.values), dtype=np.int64)
    if golds.complete:
        return Compared(golds, gold, order, golds.instance)
    return Compared(golds, gold, order_of(scores[golds.token], golds.values.offsets), gold)


def alone(golds: Golds, order: Order) -> Compared:
    """A map with one row a gold, in the golds' order."""
    gold = np.arange(len(golds.values), dtype=np.int64)
    return Compared(golds, gold, order, gold)
