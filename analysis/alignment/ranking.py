"""AUROC and average precision of raw scores.

Average precision sums precision over steps of recall with ties taken together, as scikit-learn
does; the trapezoid under a precision–recall curve would give a constant map far more than chance.
A soft gold counts a token as marked by its share and as unmarked by the rest of it.
"""

from __future__ import annotations

import numpy as np

from analysis.alignment.base import Cut, Golds
from analysis.arrays import Bools, Floats, divide, rank_rows, row_sums


class Ranking:
    """`auroc`: ½ is chance; `average_precision` (AUPRC): the share marked is chance.

    Undefined where the gold marks no token or every token. Nothing is cut and nothing normalised:
    a person's map of 0 and 1 has one operating point, a model's scores have many.
    """

    metrics = {
        "auroc": "0 to 1, higher is better; 0.5 is chance",
        "average_precision": "0 to 1, higher is better; the share of marked tokens is chance",
    }
    soft_gold = False
    hard_only = False
    cut = False

    def undefined(self, golds: Golds) -> dict[str, Bools]:
        return {
            "gold that marks no token": golds.marked == 0,
            "gold that marks every token": (golds.marked > 0) & (_unmarked(golds) == 0),
        }

    def score(self, scores: Floats, golds: Golds, cut: Cut) -> dict[str, Floats]:
        row, rows, marked = golds.values.row_ids, len(golds.values), golds.marked
        starts = np.repeat(golds.values.offsets[:-1], golds.values.lengths)
        ranked = rank_rows(scores, golds.values.offsets)
        unmarked = _running(1 - golds.flat[ranked.order])
        below = unmarked[starts + ranked.low] - unmarked[starts]
        upto = unmarked[starts + ranked.high] - unmarked[starts]
        found = _running(golds.flat[ranked.order])
        above = marked[row] - (found[starts + ranked.low] - found[starts])
        precision = above / (golds.values.lengths[row] - ranked.low)
        both = (marked > 0) & (_unmarked(golds) > 0)
        return {
            "auroc": divide(
                row_sums(golds.flat * (below + upto) / 2, row, rows),
                marked * _unmarked(golds) * both,
            ),
            "average_precision": divide(row_sums(golds.flat * precision, row, rows), marked * both),
        }

    def oracle(self, golds: Golds, cut: Cut) -> dict[str, Floats]:
        """The gold as a map: 1 by construction where it is hard."""
        return self.score(golds.flat, golds, cut)


def _unmarked(golds: Golds) -> Floats:
    return golds.values.lengths - golds.marked


def _running(values: Floats) -> Floats:
    """Sums of the first 0, 1, … N values: shape (N + 1,)."""
    return np.concatenate([np.zeros(1), np.cumsum(values)])
