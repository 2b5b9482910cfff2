"""Token precision, recall and F1 of the k highest tokens.

Source: DeYoung et al. (2020), "ERASER", with k of the same instance by default instead of the data
set's mean. A soft gold counts each token by its share.
"""

from __future__ import annotations

import numpy as np

from analysis.alignment.base import Cut, Golds
from analysis.alignment.cut import inclusion
from analysis.arrays import Bools, Floats, divide, row_sums

SCALE = "0 to 1, higher is better"


class TopK:
    """precision = hits / k, recall = hits / marked, F1 = 2·hits / (k + marked), per gold.

    `hits`: gold values of the k highest tokens. All three are linear in hits, so that random ties
    have exact expected scores. Undefined where the gold marks nothing.
    """

    metrics = {"token_precision": SCALE, "token_recall": SCALE, "token_f1": SCALE}
    soft_gold = False
    hard_only = False
    cut = True

    def undefined(self, golds: Golds) -> dict[str, Bools]:
        return {"gold that marks no token": golds.marked == 0}

    def score(self, scores: Floats, golds: Golds, cut: Cut) -> dict[str, Floats]:
        chosen = inclusion(scores, golds, cut) * golds.flat
        hits = row_sums(chosen, golds.values.row_ids, len(golds.values))
        marked = golds.marked
        there = (marked > 0).astype(np.float64)
        return {
            "token_precision": divide(hits, cut.k * there),
            "token_recall": divide(hits, marked),
            "token_f1": divide(2 * hits, (cut.k + marked) * there),
        }

    def oracle(self, golds: Golds, cut: Cut) -> dict[str, Floats]:
        """The gold itself, cut or filled to k tokens."""
        return self.score(golds.flat, golds, cut)
