"""One metric of alignment, put in order: floors, explainers, the best possible, and people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analysis.report.glossary import term
from analysis.report.groups import Group, grouped
from analysis.report.plots.intervals import Backdrop, Band
from analysis.report.wording import defined
from db.records import Estimate

FLOORS = ("random", "constant")
PEOPLE = "people"
ORACLE = "oracle"
RESERVED = (*FLOORS, PEOPLE, ORACLE)


@dataclass(frozen=True)
class Ladder:
    """The groups of one metric; `explainers` from best to worst, undefined ones last."""

    metric: str
    explainers: tuple[Group, ...]
    floors: tuple[Group, ...]
    oracle: Group | None
    people: Group | None

    @property
    def lower_is_better(self) -> bool:
        """Whether small numbers are good ones (a divergence)."""
        return term(self.metric).better == "lower"

    @property
    def best(self) -> Group | None:
        """The explainer in front, None where no explainer has a number."""
        return next((g for g in self.explainers if g.value is not None), None)

    @property
    def random(self) -> Group | None:
        """The floor of random marks, None where it was not scored."""
        found = (g for g in self.floors if g.subject == "random" and g.value is not None)
        return next(found, None)

    @property
    def rows(self) -> list[Group]:
        """All groups as a table shows them: people, best possible, explainers, floors."""
        top = [g for g in (self.people, self.oracle) if g is not None]
        return [*top, *self.explainers, *self.floors]

    @property
    def backdrop(self) -> Backdrop:
        """People as a band, random marks as a dashed line."""
        lines = tuple(g.value for g in self.floors if g.value is not None)
        return Backdrop(_band(self.people), lines)


def ladders(estimates: Iterable[Estimate]) -> list[Ladder]:
    """One ladder per metric, in order of first appearance."""
    by_metric: dict[str, list[Group]] = {}
    for group in grouped(estimates):
        by_metric.setdefault(group.name, []).append(group)
    return [_ladder(metric, groups) for metric, groups in by_metric.items()]


def _ladder(metric: str, groups: list[Group]) -> Ladder:
    named = {g.subject: g for g in groups}
    sign = 1.0 if term(metric).better == "lower" else -1.0
    explainers = sorted(
        (g for g in groups if g.subject not in RESERVED),
        key=lambda g: (g.value is None, sign * (g.value or 0.0)),
    )
    floors = tuple(named[name] for name in FLOORS if name in named)
    return Ladder(metric, tuple(explainers), floors, named.get(ORACLE), named.get(PEOPLE))


def _band(people: Group | None) -> Band | None:
    if people is None or people.value is None:
        return None
    widest = people.widest
    if widest is None or widest.low is None or widest.high is None:
        return Band(people.value, people.value, people.value)
    return Band(widest.low, widest.high, people.value)


def role_of(name: str) -> str:
    """The shape of a subject's dot."""
    if name in FLOORS:
        return "floor"
    return name if name in (PEOPLE, ORACLE) else "estimate"


def share_of_way(ladder: Ladder, normalised: Iterable[Estimate]) -> float | None:
    """The normalised score of the best explainer, None where it is undefined or was not given."""
    if ladder.best is None:
        return None
    key = (ladder.metric, ladder.best.subject)
    found = (e.value for e in normalised if (e.name, e.subject) == key)
    return next((value for value in found if defined(value)), None)
