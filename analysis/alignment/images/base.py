"""Pictures as they come in, and what a score on pictures takes and gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from analysis.arrays import Floats, Ints

if TYPE_CHECKING:
    from analysis.alignment.images.laid import Shares
    from analysis.alignment.images.profile import Profile

Mask = NDArray[np.uint8]
"""Shape (height, width): 1 where marked, else 0."""

Map = NDArray[np.float32]
"""Shape (rows, cols): signed scores of equal cells, row by row from the top left."""

CENTRE = "centre"


@dataclass(frozen=True, eq=False)
class Picture:
    """What people marked in one picture, and what explainers scored.

    `masks`: a mask a worker who was asked, all of the picture's size; `worker`: int64, shape (R,),
    who that is, places in the list of workers. `maps`: explainer → its map, of any rows and cols.
    """

    id: str
    masks: tuple[Mask, ...]
    worker: Ints
    maps: Mapping[str, Map]


class ImageScore(Protocol):
    """One score of a map against a gold; higher is better.

    `metric`: its name; `scale`: range and what is chance; `soft_gold`: always against the share of
    workers; `normalised`: whether a person's mask is scored on the same terms as a map, so that the
    score may be put on the scale from chance to people.
    """

    metric: str
    scale: str
    soft_gold: bool
    normalised: bool

    def score(self, of: Profile) -> Floats:
        """Scores of the P comparisons: float64, shape (P,), NaN where undefined."""
        ...

    def best(self, of: Profile, cells: Shares) -> Floats:
        """What a map over the cells can reach, shape (P,); `of`: cells in the order of the gold's
        share, `cells`: kind by kind."""
        ...
