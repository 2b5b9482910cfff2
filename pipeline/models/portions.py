"""So many instances at a time that what is read of them stays small.

Texts and rows of features are a few kilobytes each and are read together, since what is of one
length goes through a model together. Pictures are all of one size, and tens of kilobytes each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from db.records import Instance
from pipeline.models.trained import TrainedModel

PICTURES = 1024
"""Pictures that are read together: 38 MB of 112 × 112 pixels in colour."""


def portions(model: TrainedModel, instances: Sequence[Instance]) -> Iterator[Sequence[Instance]]:
    """Instances in their order, pictures some at a time; at least one portion, be it empty."""
    size = PICTURES if model.encoding.shape else len(instances)
    for start in range(0, max(len(instances), 1), max(size, 1)):
        yield instances[start : start + size]
