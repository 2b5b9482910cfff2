"""Pearson, Spearman and Kendall correlation of raw scores with the soft mask.

The soft mask is the share of workers (but the one left out) who marked a token, whatever the gold
policy of the other scores. All three: −1 to 1, higher is better, 0 is chance.
"""

from __future__ import annotations

import numpy as np

from analysis.alignment.base import Cut, Golds, Marked, Scores
from analysis.alignment.compared import Compared
from analysis.alignment.order import HALF, Order
from analysis.arrays import Bools, Floats, Ints, divide, row_sums

SCALE = "-1 to 1, higher is better; 0 is chance"


class Correlation:
    """Undefined where the soft mask, or the scores, are the same on every token.

    Spearman and Kendall change nothing under a transform that keeps the order of scores; Pearson
    nothing under one that shifts them and multiplies by a number above 0.
    """

    metrics = {"pearson": SCALE, "spearman": SCALE, "kendall": SCALE}
    soft_gold = True
    hard_only = False
    cut = False
    empty = "maps and soft masks that are the same everywhere are left out"

    def undefined(self, golds: Golds) -> dict[str, Bools]:
        return {f"soft mask that is the same on every {golds.noun}": ~_varied(golds)}

    def score(self, of: Compared, cut: Cut) -> dict[str, Scores]:
        levels, order = of.levels, of.order
        there = _varied(of.golds)[of.gold] & order.varied[of.row]
        ranks = _mid_ranks(levels, of)
        found = {
            "pearson": _moments(of, order.centred, order.centred_squares, of.cells.value),
            "spearman": _moments(of, order.mid_ranks, order.mid_rank_squares, ranks),
            "kendall": kendall(levels, of),
        }
        return {name: Scores(np.where(there, each, np.nan)) for name, each in found.items()}

    def oracle(self, golds: Golds, cut: Cut) -> dict[str, Scores]:
        """The soft mask as a map: 1 by construction."""
        return {name: Scores(np.where(_varied(golds), 1.0, np.nan)) for name in self.metrics}


def kendall(levels: Order, of: Compared) -> Floats:
    """Kendall's tau-b of each comparison: shape (P,), NaN where either side is constant.

    Source: Kendall (1945). `levels`: the golds' values above 0 in order. Pairs of a marked token
    with one that is not follow from ranks in the whole map, since what marked tokens win and lose
    among themselves cancels; pairs of marked tokens are counted level by level, which are few (a
    share of n workers has n).
    """
    lost = of.order.low[of.at] + of.order.high[of.at]
    net = of.sum(of.length[of.of] - lost)
    for level in _pairs_by_level(levels, of):
        net = net + level
    unmarked = of.length - np.diff(of.cells.offsets)
    pairs = of.length * (of.length - 1) / 2
    tied = unmarked * (unmarked - 1) / 2 + levels.tied_pairs
    untied = np.sqrt(pairs - of.order.tied_pairs[of.row]) * np.sqrt(pairs - tied)
    return divide(net, untied)


def _pairs_by_level(levels: Order, of: Compared) -> list[Floats]:
    """For each level of marked tokens but the highest: pairs with higher ones that the map orders
    alike, less those that it turns round, shape (P,)."""
    above = _levels(levels)
    if not above.max(initial=0):
        return []
    key = of.of.astype(np.uint64) << HALF | of.order.low[of.at].astype(np.uint64)
    order = np.argsort(key)
    key, above, found = key[order], above[order], []
    for level in range(int(above.max())):
        kept = above >= level
        key, above = key[kept], above[kept]
        owner = (key >> HALF).astype(np.int64)
        ends = np.searchsorted(owner, np.arange(len(of) + 1))
        first = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]]))
        size = np.diff(np.append(first, len(key)))
        before = np.repeat(first, size) - ends[owner]
        after = ends[owner + 1] - np.repeat(first + size, size)
        found.append(row_sums(np.where(above > level, after - before, 0), owner, len(of)))
    return found


def _levels(levels: Order) -> Ints:
    """0 for the lowest value above 0 of a gold, 1 for the next, and so on: int64, shape (S,)."""
    rising = levels.order[::-1]
    step = np.zeros(len(rising), dtype=np.int64)
    row, high = levels.rows[rising], levels.high[rising]
    step[1:] = (high[1:] != high[:-1]) & (row[1:] == row[:-1])
    count = np.cumsum(step)
    first = np.ones(len(rising), dtype=bool)
    first[1:] = row[1:] != row[:-1]
    base = count[np.flatnonzero(first)]
    level = np.empty(len(rising), dtype=np.int64)
    level[rising] = count - np.repeat(base, levels.lengths[row[first]])
    return level


def _moments(of: Compared, x: Floats, squares: Floats, y: Floats) -> Floats:
    """Pearson of a map and a gold. `x`: shape (T,), centred by row of the map; `squares`: shape
    (R,), their sums of squares; `y`: shape (S,), on the gold's marked tokens, 0 on the others."""
    spread = squares[of.row]
    varied = of.sum(y * y) - divide(of.sum(y) ** 2, of.length)
    return divide(of.sum(x[of.at] * y), np.sqrt(spread) * np.sqrt(np.maximum(varied, 0.0)))


def _mid_ranks(levels: Order, of: Compared) -> Floats:
    """Ranks of marked tokens, ties sharing their mean, above the rank of those at 0: shape (S,)."""
    unmarked = of.length - np.diff(of.cells.offsets)
    return np.asarray(of.length - unmarked / 2)[of.of] - (levels.low + levels.high) / 2


def _varied(golds: Golds) -> Bools:
    """Golds in which not all tokens have the same value: shape (G,)."""
    cells: Marked = golds.cells
    some, every = cells.counts > 0, cells.counts == golds.lengths
    return np.asarray(some & (~every | golds.levels.varied))
