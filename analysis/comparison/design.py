"""What one difference is of: the same units in two conditions, different ones, or one condition.

Two conditions are *paired* where at least half of the units of the smaller one stand in both; then
only those units count.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analysis.arrays import Floats
from analysis.comparison.conditions import Conditions
from analysis.comparison.effect import paired_effect, unpaired_effect
from analysis.score_table import means_over_instances


class Design(NamedTuple):
    """What is compared: conditions `first` and `second` by their places, or `first` with 0."""

    names: tuple[str, str]
    first: int
    second: int | None
    paired: bool
    n: int
    level: str = ""

    def gap(self, means: Floats, units: Floats) -> Floats:
        """The difference; means of units (M, I, b or 1), weights of units (I, b or 1) → (b,)."""
        one = means[self.first][None]
        if self.second is None:
            return np.asarray(means_over_instances(one, units)[0])
        other = means[self.second][None]
        if self.paired:
            return np.asarray(means_over_instances(one - other, units)[0])
        each = means_over_instances(np.concatenate([one, other]), units)
        return np.asarray(each[0] - each[1])

    def effect(self, means: Floats, units: Floats) -> Floats:
        """The difference in standard deviations; means of units (M, I) → (b,)."""
        if self.second is None:
            return paired_effect(means[self.first], units)
        if self.paired:
            return paired_effect(means[self.first] - means[self.second], units)
        return unpaired_effect(means[self.first], means[self.second], units)

    def how(self, noun: str) -> str:
        """What the difference is of, in words."""
        if self.second is None:
            return f"mean over {noun}, less {self.level}"
        return f"difference of the {'same' if self.paired else 'means of different'} {noun}"


def design_of(given: Conditions, first: str, second: str) -> Design:
    """How two conditions are compared; DataError where there is none of the name."""
    a, b = given.place(first), given.place(second)
    there = np.isfinite(given.means[[a, b]])
    shared, each = int(there.all(axis=0).sum()), there.sum(axis=1)
    paired = shared > 0 and shared * 2 >= int(each.min())
    n = shared if paired else int(each.sum()) - shared
    return Design((first, second), a, b, paired, n)
