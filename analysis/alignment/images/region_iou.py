"""IoU at the human area: the map's highest pixels, as many as people marked, against the region.

Published localisation scores cut maps at a share of their maximum (Zhou et al., CVPR 2016) or at
the best of many thresholds (Choe et al., CVPR 2020), which rewards one scale of scores or looks at
the answer. Cutting at the area of the region itself is the same for every explainer.
"""

from __future__ import annotations

from analysis.alignment.images.laid import Shares
from analysis.alignment.images.profile import Profile
from analysis.arrays import Floats, divide


class RegionIou:
    """hits / (k + marked − hits), k pixels kept of as many marked.

    Where the cut falls between equal scores, hits are the expected ones over a random choice, and
    then divided. Against a soft gold, hits and marked are sums of shares.
    """

    metric = "region_iou"
    scale = "0 to 1, higher is better"
    soft_gold = False
    normalised = True

    def score(self, of: Profile) -> Floats:
        return divide(of.taken, of.k + of.all_marked - of.taken)

    def best(self, of: Profile, cells: Shares) -> Floats:
        """Cells in the order of the share that is marked."""
        return self.score(of)
