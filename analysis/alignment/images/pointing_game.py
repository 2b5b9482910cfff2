"""The pointing game: does the highest place of the map lie inside the region?

Source: Zhang et al., *Top-down Neural Attention by Excitation Backprop*, ECCV 2016. There it is the
share of pictures that are hit; here each picture has its own score. Where several pixels share the
highest score (those of one cell always do), it is the share of them inside: the expected hit of a
random one, not that of the first.
"""

from __future__ import annotations

from analysis.alignment.images.laid import Shares
from analysis.alignment.images.profile import Profile
from analysis.arrays import Floats


class PointingGame:
    """The chance that a pixel of the highest score is marked, with no tolerance.

    Against a soft gold: the mean share of people who marked it. Of a person, any pixel of the
    region is the highest.
    """

    metric = "pointing_game"
    scale = "0 to 1, higher is better; the share of marked pixels is chance"
    soft_gold = False
    normalised = True

    def score(self, of: Profile) -> Floats:
        return of.at_top(of.against.golds.flat)

    def best(self, of: Profile, cells: Shares) -> Floats:
        """The cell of which the largest share is marked."""
        return cells.best(of.against.golds.flat)
