"""AUROC of raw scores: does a marked pixel have a higher score than one that is not marked?"""

from __future__ import annotations

from analysis.alignment.images.laid import Shares
from analysis.alignment.images.profile import Profile
from analysis.arrays import Floats, divide


class Auroc:
    """The chance that a marked pixel has the higher score; equal scores count half.

    As for tokens (`analysis.alignment.ranking`): a soft gold counts a pixel as marked by its share
    and as unmarked by the rest of it. Not normalised, because a person's mask has one operating
    point.
    """

    metric = "auroc"
    scale = "0 to 1, higher is better; 0.5 is chance"
    soft_gold = False
    normalised = False

    def score(self, of: Profile) -> Floats:
        levels, rest = of.levels, of.all_pixels - of.all_marked
        unmarked = levels.pixels - of.marked
        below = levels.each(rest) - (levels.above - of.marked_above) - unmarked / 2
        return divide(levels.total(of.marked * below), of.all_marked * rest)

    def best(self, of: Profile, cells: Shares) -> Floats:
        """Cells in the order of the share that is marked."""
        return self.score(of)
