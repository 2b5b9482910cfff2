"""Ratings in order: explainers from the highest mean to the lowest, on the axis of the points."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.report.content import People, Ratings
from analysis.report.findings.finding import PEOPLE
from analysis.report.glossary import NAMES, inline
from analysis.report.groups import Group, grouped
from analysis.report.svg import Scale

EVERY = "all rationales"


@dataclass(frozen=True)
class PointScale(Scale):
    """An axis that workers saw: a tick at every point they could choose, none in between."""

    @property
    def ticks(self) -> list[float]:
        """Every point."""
        return [float(point) for point in range(round(self.low), round(self.high) + 1)]

    @property
    def digits(self) -> int:
        """None: points are whole."""
        return 0


def point_scale(ratings: Ratings) -> PointScale:
    """From 1 to the highest point, whatever the means are: a small difference looks small."""
    return PointScale(1.0, float(ratings.points))


def in_order(ratings: Ratings) -> list[Group]:
    """One group per explainer, the highest mean first, undefined ones last."""
    groups = grouped(ratings.estimates)
    return sorted(groups, key=lambda g: (g.value is None, -(g.value or 0.0)))


def rated_name(name: str, people: People) -> str:
    """Whose rationales were rated, within a sentence: `LIME`, `random marks`, `people`."""
    known = PEOPLE[people] if name == "people" else NAMES.get(name)
    return (known[:1].lower() + known[1:] if known else inline(name)) or EVERY
