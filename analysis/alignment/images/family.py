"""All image scores of one kind of gold as a family, which the machinery for tokens can score.

A pattern (all pixels that the same people marked) is to it what a token is, but that a pattern has
many pixels. What that machinery knows of cuts and ties counts patterns, and is not used here; maps
tell pixels of a pattern apart, and are laid on golds by `map_scores`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from analysis.alignment.base import Cut, Golds, Scores
from analysis.alignment.compared import Compared
from analysis.alignment.images.against import Against
from analysis.alignment.images.base import ImageScore
from analysis.alignment.images.laid import laid, shares
from analysis.alignment.images.layout import NOTHING, Layout
from analysis.alignment.images.profile import Profile, profile_of
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
        if self.soft_gold:
            return {"soft mask that is the same on every pixel": against.varied == 0}
        marked, pixels = against.all_marked, against.all_pixels
        every = (marked > 0) & (marked == pixels)
        return {"gold that marks no pixel": marked == 0, "gold that marks every pixel": every}

    def score(self, of: Compared, cut: Cut) -> dict[str, Scores]:
        known = self._defined(of.golds)[of.gold]
        return self._scores([profile_of(of, self._against(of.golds))], known)

    def map_scores(self, name: str, golds: Golds) -> dict[str, Scores]:
        """Metric → scores of a map of the layout against every gold: shape (G,)."""
        profiles = laid(self.layout.maps[name], self._against(golds))
        return self._scores(profiles, self._defined(golds))

    def oracle(self, golds: Golds, cut: Cut) -> dict[str, Scores]:
        """What a map over the cells can reach, with cells in the order of the gold's share."""
        best: dict[str, list[Floats]] = {score.metric: [] for score in self.scores}
        for cells in shares(self.layout.kinds, self._against(golds)):
            # Cells of equal share, taken one after the other, cost no score and gain average
            # precision; ranks correlate best where they stay equal.
            kinds = {score.soft_gold for score in self.scores}
            order = {soft: cells.in_order(apart=not soft) for soft in kinds}
            for score in self.scores:
                best[score.metric].append(score.best(order[score.soft_gold], cells))
        return _joined(best, self._defined(golds))

    def _scores(self, profiles: Iterable[Profile], known: Bools) -> dict[str, Scores]:
        made: dict[str, list[Floats]] = {score.metric: [] for score in self.scores}
        for profile in profiles:
            for score in self.scores:
                made[score.metric].append(score.score(profile))
        return _joined(made, known)

    def _against(self, golds: Golds) -> Against:
        """The golds laid out; those that came last are kept, since every map meets them in turn."""
        if self._last is None or self._last.golds is not golds:
            self._last = Against(self.layout, golds, self.policy)
        return self._last

    def _defined(self, golds: Golds) -> Bools:
        return np.asarray(~np.any(list(self.undefined(golds).values()), axis=0))


def _joined(pieces: Mapping[str, list[Floats]], known: Bools) -> dict[str, Scores]:
    """Scores of all pieces, undefined where the gold is."""
    return {
        metric: Scores(np.where(known, np.concatenate([np.empty(0), *found]), np.nan))
        for metric, found in pieces.items()
    }
