"""Which names under an axis can stand beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Span(NamedTuple):
    """What a name covers across, `left` < `right`, in whatever unit."""

    left: float
    right: float


def fitting(spans: Sequence[Span], gap: float, kept: Sequence[int] = ()) -> list[int]:
    """Places of the names that keep `gap` between each other, in rising order.

    `kept` stand in any case, without them the two ends do (where even these collide, the last one
    alone). The others follow from the left, each where there is room. O(n²) in the names of an axis.
    """
    ends = [len(spans) - 1, 0] if spans else []
    found = list(kept)
    for place in [*ends, *range(len(spans))]:
        if all(_apart(spans[place], spans[other], gap) for other in found):
            found.append(place)
    return sorted(found)


def _apart(one: Span, other: Span, gap: float) -> bool:
    return one.left >= other.right + gap or other.left >= one.right + gap
