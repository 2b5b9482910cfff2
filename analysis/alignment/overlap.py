"""Top-k overlap with the soft mask: do the map's highest tokens stand among people's highest?

The soft mask is the share of workers (but the one left out) who marked a token, whatever the gold
policy of the other scores.
"""

from __future__ import annotations

import numpy as np

from analysis.alignment.base import Cut, Golds, Scores
from analysis.alignment.compared import Compared
from analysis.alignment.cut import inclusion, kept
from analysis.alignment.order import Order
from analysis.arrays import Bools, Floats, Ints, divide, run_sums


class Overlap:
    """`topk_overlap`: tokens of the map's k highest that are among people's k highest / k.

    Tokens that tie with people's k-th all count as theirs, since no order among them is known;
    tokens that nobody marked never do. Jain & Wallace (2019) compare two maps so; a soft mask has
    few levels, and therefore our rule for its ties. Undefined where nobody marked.
    """

    metrics = {"topk_overlap": "0 to 1, higher is better"}
    soft_gold = True
    hard_only = False
    cut = True
    empty = "golds that mark nothing are left out"

    def undefined(self, golds: Golds) -> dict[str, Bools]:
        return golds.marking_nothing()

    def score(self, of: Compared, cut: Cut) -> dict[str, Scores]:
        theirs = _highest(of.levels, cut.k)
        return _of_hits(of.sum(inclusion(of, cut) * theirs), cut, of.marked)

    def oracle(self, golds: Golds, cut: Cut) -> dict[str, Scores]:
        """As many of people's as fit into k."""
        theirs = run_sums(_highest(golds.levels, cut.k), golds.cells.offsets)
        return _of_hits(np.minimum(theirs, cut.k), cut, golds.marked)


def _highest(levels: Order, k: Ints) -> Floats:
    """1 for marked tokens that fewer than k of their gold exceed, else 0: shape (S,)."""
    return (levels.low < k[levels.rows]).astype(np.float64)


def _of_hits(hits: Floats, cut: Cut, marked: Floats) -> dict[str, Scores]:
    k = kept(cut.k, marked)
    return {"topk_overlap": Scores(divide(hits, k), hits, k)}
