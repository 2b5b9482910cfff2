"""Energy inside the region: what share of the map's positive scores falls on marked pixels.

Source: Wang et al., *Score-CAM*, CVPR Workshops 2020, the energy-based pointing game, there with
boxes; here with whatever people marked. Negative scores count as 0.
"""

from __future__ import annotations

from analysis.alignment.images.laid import Shares
from analysis.alignment.images.profile import Profile
from analysis.arrays import Floats, divide


class EnergyInside:
    """Sum of positive scores on marked pixels / sum of positive scores.

    Undefined where no score is positive. Unlike the other scores it changes with the size of
    scores, not only with their order. Against a soft gold, a pixel counts by its share.
    """

    metric = "energy_inside"
    scale = "0 to 1, higher is better; the share of marked pixels is chance"
    soft_gold = False
    normalised = True

    def score(self, of: Profile) -> Floats:
        return divide(of.levels.total(of.levels.positive * of.marked), of.levels.energy)

    def best(self, of: Profile, cells: Shares) -> Floats:
        """All energy in the cell of which the largest share is marked."""
        return cells.best(of.against.golds.flat)
