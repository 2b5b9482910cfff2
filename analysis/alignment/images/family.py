"""All image scores of one kind of gold as a family, which the machinery for tokens can score.

An atom is to it what a token is, but that an atom has many pixels. What that machinery knows of
cuts and ties counts atoms, and is not used here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from analysis.alignment.base import Cut, Golds, Scores
from analysis.alignment.compared import Compared, alone
from analysis.alignment.images.against import Against
from analysis.alignment.images.base import ImageScore
from analysis.alignment.images.layout import NOTHING, Layout
from analysis.alignment.images.profile import profile_of
from analysis.alignment.order import order_of
from analysis.arrays import Bools, Floats

EMPTY = "golds that mark no pixel or every pixel are left out"
SAME = "maps and soft masks that are the same everywhere are left out"


class ImageFamily:
    """See `analysis.alignment.base.Family`. All scores are of the same kind: against the soft mask,
    or against the golds of the policy."""

    hard_only = False

    def __init__(self, scores: Sequence[ImageScore], policy: str, layout: Layout = NOTHING) -> None:
        self.scores, self.policy, self.layout = tuple(scores), policy, layout
        self.metrics: Mapping[str, str] = {score.metric: score.scale for score in scores}
        self.soft_gold = all(score.soft_gold for score in scores)
        self.cut = all(score.normalised for score in scores)
        self.empty = SAME if self.soft_gold else EMPTY
        self._last: Against | None = None

    def undefined(self, golds: Golds) -> dict[str, Bools]:
        against = self._against(golds)
        marked, pixels = against.of_golds(against.marked), against.of_golds(against.pixels)
        if self.soft_gold:
            varied = against.of_golds(against.pixels * against.ranks**2)
            return {"soft mask that is the same on every pixel": varied == 0}
        every = (marked > 0) & (marked == pixels)
        return {"gold that marks no pixel": marked == 0, "gold that marks every pixel": every}

    def score(self, of: Compared, cut: Cut) -> dict[str, Scores]:
        profile, known = profile_of(of, self._against(of.golds)), self._defined(of.golds)[of.gold]
        return {s.metric: _where(known, s.score(profile)) for s in self.scores}

    def oracle(self, golds: Golds, cut: Cut) -> dict[str, Scores]:
        """What a map over the cells can reach, with cells in the order of the gold's share."""
        against, known = self._against(golds), self._defined(golds)
        # Cells of equal share, taken one after the other, cost no score and gain average precision;
        # ranks correlate best where they stay equal.
        scores = (
            against.share_of_cell(against.marked) if self.soft_gold else against.order_of_cells()
        )
        share = order_of(scores, golds.values.offsets)
        profile = profile_of(alone(golds, share), against)
        return {s.metric: _where(known, s.best(profile)) for s in self.scores}

    def _against(self, golds: Golds) -> Against:
        """The golds laid out; those that came last are kept, since every map meets them in turn."""
        if self._last is None or self._last.golds is not golds:
            self._last = Against(self.layout, golds, self.policy)
        return self._last

    def _defined(self, golds: Golds) -> Bools:
        return np.asarray(~np.any(list(self.undefined(golds).values()), axis=0))


def _where(known: Bools, values: Floats) -> Scores:
    return Scores(np.where(known, values, np.nan))
