"""Average precision of raw scores: precision over steps of recall, equal scores taken together."""

from __future__ import annotations

from analysis.alignment.images.laid import Shares
from analysis.alignment.images.profile import Profile
from analysis.arrays import Floats, divide


class AveragePrecision:
    """Σ (recall gained at a level) × (precision down to it), as scikit-learn computes it.

    As for tokens (`analysis.alignment.ranking`): no trapezoid, and a soft gold counts a pixel by its
    share.
    """

    metric = "average_precision"
    scale = "0 to 1, higher is better; the share of marked pixels is chance"
    soft_gold = False
    normalised = False

    def score(self, of: Profile) -> Floats:
        levels = of.levels
        precision = (of.marked_above + of.marked) / (levels.above + levels.pixels)
        return divide(levels.total(of.marked * precision), of.all_marked)

    def best(self, of: Profile, cells: Shares) -> Floats:
        """Cells in the order of the share that is marked: the best where all cells have as many
        pixels, and hardly below it elsewhere."""
        return self.score(of)
