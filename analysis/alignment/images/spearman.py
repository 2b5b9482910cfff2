"""Spearman's rank correlation of raw scores with the soft mask, pixel by pixel.

The soft mask is the share of people (but the one left out) who marked a pixel, whatever the gold
policy of the other scores. Source: Spearman (1904); ties share their mean rank.
"""

from __future__ import annotations

import numpy as np

from analysis.alignment.images.laid import Shares
from analysis.alignment.images.profile import Profile
from analysis.arrays import Floats, divide


class Spearman:
    """Correlation of ranks, −1 to 1. Undefined where the map, or the soft mask, is the same on
    every pixel."""

    metric = "spearman"
    scale = "-1 to 1, higher is better; 0 is chance"
    soft_gold = True
    normalised = False

    def score(self, of: Profile) -> Floats:
        levels, theirs = of.levels, of.by_level(of.against.ranks)
        together = levels.total(levels.ranks * theirs)
        return divide(together, np.sqrt(levels.varied * of.against.varied[of.gold]))

    def best(self, of: Profile, cells: Shares) -> Floats:
        """Cells in the order of the mean share that people marked; the very best order of coarse
        cells may lie a little above it."""
        return self.score(of)
