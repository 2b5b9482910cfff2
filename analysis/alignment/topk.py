"""Token precision, recall and F1 of the k highest tokens.

Source: DeYoung et al. (2020), "ERASER", with k of the same instance by default instead of the data
set's mean. A soft gold counts each token by its share.
"""

from __future__ import annotations

from analysis.alignment.base import Cut, Golds, Scores
from analysis.alignment.compared import Compared
from analysis.alignment.cut import best_mass, inclusion, kept
from analysis.arrays import Bools, Floats, divide

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
    empty = "golds that mark nothing are left out"

    def undefined(self, golds: Golds) -> dict[str, Bools]:
        return golds.marking_nothing()

    def score(self, of: Compared, cut: Cut) -> dict[str, Scores]:
        return _of_hits(of.sum(inclusion(of, cut) * of.cells.value), cut, of.marked)

    def oracle(self, golds: Golds, cut: Cut) -> dict[str, Scores]:
        """The gold itself, cut or filled to k tokens."""
        return _of_hits(best_mass(golds, cut.k), cut, golds.marked)


def _of_hits(hits: Floats, cut: Cut, marked: Floats) -> dict[str, Scores]:
    k = kept(cut.k, marked)
    parts = {
        "token_precision": (hits, k),
        "token_recall": (hits, marked),
        "token_f1": (2 * hits, k + marked),
    }
    return {name: Scores(divide(*both), *both) for name, both in parts.items()}
