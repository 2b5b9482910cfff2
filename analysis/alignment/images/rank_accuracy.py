"""Relevance rank accuracy: of the map's highest pixels, how many are marked?

Source: Arras, Osman & Samek, *CLEVR-XAI*, Information Fusion 81, 2022: as many of the highest
pixels as the region has, and the share of them inside. On hard golds precision and recall of that
cut are both this number.
"""

from __future__ import annotations

from analysis.alignment.images.laid import Shares
from analysis.alignment.images.profile import Profile
from analysis.arrays import Floats, divide


class RankAccuracy:
    """hits / k, the k highest pixels of a map kept, k the pixels that the gold marks.

    Where the cut falls between equal scores, the expected hits over a random choice. Against a soft
    gold hits are a sum of shares, and even the best map stays below 1.
    """

    metric = "rank_accuracy"
    scale = "0 to 1, higher is better; the share of marked pixels is chance"
    soft_gold = False
    normalised = True

    def score(self, of: Profile) -> Floats:
        return divide(of.taken, of.k)

    def best(self, of: Profile, cells: Shares) -> Floats:
        """Cells in the order of the share that is marked."""
        return self.score(of)
