"""The pointing game with the tolerance that its authors allow: 15 pixels.

Source: Zhang et al., ECCV 2016, who count a hit within 15 pixels of an object's region, on
pictures of about 500 × 375. The tolerance is in pixels of the picture as people see it, whatever
its size; on small pictures it hits everything. It is laid round each person's marks before the gold
policy: a person counts as having marked a pixel within 15 pixels of the marks.
"""

from __future__ import annotations

from analysis.alignment.images.laid import Shares
from analysis.alignment.images.profile import Profile
from analysis.arrays import Floats

TOLERANCE = 15


class PointingGame15px:
    """The chance that a pixel of the highest score is at most 15 pixels from a marked one."""

    metric = "pointing_game_15px"
    scale = "0 to 1, higher is better"
    soft_gold = False
    normalised = True

    def score(self, of: Profile) -> Floats:
        return of.at_top(of.against.near)

    def best(self, of: Profile, cells: Shares) -> Floats:
        """The cell of which the largest share is near enough."""
        return cells.best(of.against.near)
