"""AUROC and average precision of raw scores.

Average precision sums precision over steps of recall with ties taken together, as scikit-learn
does; the trapezoid under a precision–recall curve would give a constant map far more than chance.
A soft gold counts a token as marked by its share and as unmarked by the rest of it.
"""

from __future__ import annotations

import numpy as np

from analysis.alignment.base import Cut, Golds, Marked, Scores
from analysis.alignment.compared import Compared
from analysis.alignment.order import HALF
from analysis.arrays import Bools, Floats, Ints, divide, run_sums


class Ranking:
    """`auroc`: ½ is chance; `average_precision` (AUPRC): the share marked is chance.

    Undefined where the gold marks no token or every token. Nothing is cut and nothing normalised:
    a person's map of 0 and 1 has one operating point, a model's scores have many. Both change
    nothing under a transform that keeps the order of scores.
    """

    metrics = {
        "auroc": "0 to 1, higher is better; 0.5 is chance",
        "average_precision": "0 to 1, higher is better; the share of marked tokens is chance",
    }
    soft_gold = False
    hard_only = False
    cut = False
    empty = "golds that mark nothing or everything are left out"

    def undefined(self, golds: Golds) -> dict[str, Bools]:
        marked, unmarked = golds.marked, golds.lengths - golds.marked
        return {
            f"gold that marks no {golds.noun}": marked == 0,
            f"gold that marks every {golds.noun}": (marked > 0) & (unmarked == 0),
        }

    def score(self, of: Compared, cut: Cut) -> dict[str, Scores]:
        low, high = of.order.low[of.at], of.order.high[of.at]
        return _scores(of.cells, of.length, low, high)

    def oracle(self, golds: Golds, cut: Cut) -> dict[str, Scores]:
        """The gold as a map: 1 by construction where it is hard."""
        levels = golds.levels
        return _scores(golds.cells, golds.lengths.astype(np.float64), levels.low, levels.high)


def _scores(cells: Marked, length: Floats, low: Ints, high: Ints) -> dict[str, Scores]:
    """`low`, `high`: int64, shape (S,), ranks of the marked tokens in the map."""
    owner = cells.gold
    marked = run_sums(cells.value, cells.offsets)
    unmarked = length - marked
    both = (marked > 0) & (unmarked > 0)
    # Tokens below, and half of those that tie; what marked tokens win of each other is half.
    below = length[owner] - (low + high) / 2
    won = run_sums(cells.value * below, cells.offsets) - marked**2 / 2
    precision = _mass_at_or_above(cells, owner, low) / high
    average = divide(run_sums(cells.value * precision, cells.offsets), marked * both)
    return {
        "auroc": Scores(divide(won, marked * unmarked * both)),
        "average_precision": Scores(average),
    }


def _mass_at_or_above(cells: Marked, owner: Ints, low: Ints) -> Floats:
    """Gold values of the comparison with a score no lower: shape (S,)."""
    key = owner.astype(np.uint64) << HALF | low.astype(np.uint64)
    order = np.argsort(key)
    ordered = key[order]
    running = np.concatenate([[0.0], np.cumsum(cells.value[order])])
    last = np.ones(len(key), dtype=bool)
    last[:-1] = ordered[1:] != ordered[:-1]
    ends = np.flatnonzero(last)
    upto = np.repeat(ends, np.diff(np.append(-1, ends))) + 1
    mass = np.empty(len(key))
    mass[order] = running[upto] - running[cells.offsets[owner[order]]]
    return mass
