"""What a way of selecting is given, and what it says: how much each instance should be seen next.

Shapes: n instances of the pool, m that the model learned from, C classes, H features.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from db.ragged import Ragged

Floats = NDArray[np.float64]
FEATURES, MAPS, PEOPLE = "features", "maps", "people"
"""What a pool may hold beside probabilities; each costs something to find."""


@dataclass(frozen=True, eq=False)
class Learned:
    """What the model learned from: `features`, (m, H), and `labels`, int64 (m,)."""

    features: Floats
    labels: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Pool:
    """Instances that people could see next, and what is known of them.

    `probabilities`: (n, C), of the run; `features`: (n, H), what its last layer reads, with
    `learned`; `maps`: explainer → scores, one ragged row an instance; `people`: (n, C), what the
    crowd said of the label, NaN throughout for an instance that nobody judged. What was not asked
    for (`Acquisition.reads`) is None or empty.
    """

    ids: tuple[str, ...]
    probabilities: Floats
    features: Floats | None = None
    learned: Learned | None = None
    maps: Mapping[str, Ragged] = field(default_factory=dict)
    people: Floats | None = None

    def __len__(self) -> int:
        return len(self.ids)


class Acquisition(Protocol):
    """A frozen dataclass, its fields being its options. `reads`: what the pool must hold for it."""

    name: ClassVar[str]
    reads: ClassVar[frozenset[str]]

    def scores(self, pool: Pool, seed: int) -> Floats:
        """(n,), higher is to be seen sooner; NaN where it cannot be said, which is never chosen."""
        ...
