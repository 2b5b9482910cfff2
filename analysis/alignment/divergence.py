"""Jensen–Shannon divergence of the map and the soft mask, each normalised to the sum 1.

The soft mask is the share of workers (but the one left out) who marked a token, whatever the gold
policy of the other scores.
"""

from __future__ import annotations

import numpy as np

from analysis.alignment.base import Cut, Golds, Scores
from analysis.alignment.compared import Compared
from analysis.arrays import Bools, Floats


class Divergence:
    """`js_divergence` in bits: 0 where both are the same, 1 where they share no token.

    Source: Lin (1991). A negative score speaks against the class, which nobody marks: it counts as
    0. Undefined where the map has no positive score, or the soft mask is 0 everywhere: neither is
    a distribution.
    """

    metrics = {"js_divergence": "0 to 1 bit, lower is better; 0 is the same distribution"}
    soft_gold = True
    hard_only = False
    cut = False
    empty = "negative scores count as 0; maps without a positive score, and golds that mark nothing, are left out"

    def undefined(self, golds: Golds) -> dict[str, Bools]:
        return golds.marking_nothing()

    def score(self, of: Compared, cut: Cut) -> dict[str, Scores]:
        with np.errstate(invalid="ignore", divide="ignore"):
            mine, theirs = of.order.positive[of.at], of.cells.value / of.marked[of.of]
            middle = (mine + theirs) / 2
            shared = (_bits(mine, middle) + _bits(theirs, middle)) / 2
        # Where nobody marked, the map's share weighs half of itself: log2 of p over p / 2 is 1.
        value = of.sum(shared) + (1 - of.sum(mine)) / 2
        value = np.where(
            (of.marked > 0) & of.order.promising[of.row], np.clip(value, 0.0, 1.0), np.nan
        )
        return {"js_divergence": Scores(value)}

    def oracle(self, golds: Golds, cut: Cut) -> dict[str, Scores]:
        """The soft mask as a map: 0 by construction."""
        return {"js_divergence": Scores(np.where(golds.marked > 0, 0.0, np.nan))}


def _bits(share: Floats, middle: Floats) -> Floats:
    """share · log2(share / middle), 0 where the share is 0: shape (S,)."""
    return np.where(share > 0, share * np.log2(np.where(share > 0, share, 1.0) / middle), 0.0)
