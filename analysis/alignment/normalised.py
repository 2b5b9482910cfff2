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
from analysis.arrays import Floats, Ints, divide
from analysis.intervals import Spread, percentile
from analysis.score_table import means_over_instances

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

    def shared(self, means: Floats) -> Floats:
        """Score, floor and ceiling where all three are defined: shape (3, T, I, b), else NaN."""
        three = np.stack([means[self.score], means[self.floor], means[self.ceiling]])
        return np.where(np.isfinite(three).all(axis=0), three, np.nan)

    def statistics(self, means: Floats, units: Floats) -> Floats:
        """Normalised scores, then ceilings − floors: shape (2·T, b).

        `means`: float64, shape (M, I, b or 1), instance means of the columns.
        """
        score, floor, ceiling = (means_over_instances(m, units) for m in self.shared(means))
        return np.concatenate([divide(score - floor, ceiling - floor), ceiling - floor])


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
