"""Scores on the scale from chance to people: (score − floor) / (ceiling − floor), never clipped.

Only for scores of maps cut at the same k. Floor is the constant map, ceiling is people, and all
three are averaged over the same instances. Blank where people are not clearly above the floor.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.alignment.floors import CONSTANT, PEOPLE
from analysis.alignment.scoring import Column
from analysis.alignment.weighting import Columns, Drawn
from analysis.arrays import Floats, Ints, divide
from analysis.intervals import Spread, percentile
from analysis.resampling import Weights

SCALE = "0 is the constant map, 1 is people; not clipped, higher is better"
SUFFIX = "_normalised"
UNCLEAR = "people are not clearly above the constant map"


@dataclass(frozen=True, eq=False)
class Triples:
    """T scores, each with its floor and its ceiling: int64, shape (T,), places among columns."""

    score: Ints
    floor: Ints
    ceiling: Ints

    def __len__(self) -> int:
        return len(self.score)

    def n_shared(self, means: Floats) -> Ints:
        """Instances where score, floor and ceiling are all defined: shape (T,).

        `means`: float64, shape (M, I), instance means of the columns.
        """
        three = np.stack([means[self.score], means[self.floor], means[self.ceiling]])
        return np.asarray(np.isfinite(three).all(axis=0).sum(axis=1))

    def statistics(self, columns: Columns, drawn: list[Drawn], weights: Weights) -> Floats:
        """Normalised scores, then ceilings − floors: shape (2·T, b)."""
        ratio: list[Floats] = [np.empty(0)] * len(self)
        gap = list(ratio)
        for places in self._alike(columns):
            three = (self.score[places], self.floor[places], self.ceiling[places])
            found = columns.shared(np.concatenate(three).tolist(), drawn, weights)
            score, floor, ceiling = found.reshape(3, len(places), -1)
            normalised = divide(score - floor, ceiling - floor)
            for place, one, high, low in zip(places, normalised, ceiling, floor, strict=True):
                ratio[place], gap[place] = one, high - low
        return np.array(ratio + gap)

    def _alike(self, columns: Columns) -> list[list[int]]:
        """Places of triples whose columns lie in the same groups: their instances are the same."""
        alike: dict[tuple[int, ...], list[int]] = {}
        for place, three in enumerate(zip(self.score, self.floor, self.ceiling, strict=True)):
            groups = tuple(columns.places[int(column)].group for column in three)
            alike.setdefault(groups, []).append(place)
        return list(alike.values())


def triples(made: Sequence[Column], subjects: Collection[str]) -> Triples:
    """The columns of these subjects that can be normalised, where there are people."""
    place = {(c.metric, c.subject): i for i, c in enumerate(made) if c.family.cut}
    found = [
        (i, place[metric, CONSTANT], place[metric, PEOPLE])
        for (metric, subject), i in place.items()
        if subject in subjects and (metric, PEOPLE) in place
    ]
    listed = np.array(found, dtype=np.int64).reshape(-1, 3)
    return Triples(listed[:, 0], listed[:, 1], listed[:, 2])


def spread_of(ratio: Floats, gap: Floats, confidence: float) -> Spread:
    """The interval of a normalised score, blank where that of ceiling − floor is not above 0.

    `ratio`, `gap`: shape (B,), replicates of the normalised score and of ceiling − floor.
    """
    low = percentile(gap, confidence).low
    if low is None or low <= 0:
        return Spread(note=UNCLEAR)
    return percentile(ratio, confidence)
