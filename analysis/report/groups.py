"""Estimates of the same number, brought together: one value, several intervals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analysis.report.wording import defined
from db.records import Estimate, Over

ORDER: tuple[Over | None, ...] = ("units", "workers", "both", "seeds", None)


@dataclass(frozen=True)
class Group:
    """All estimates of one name and subject, which differ in what was resampled and how.

    Where several resampled the same (a bootstrap and a jackknife over workers), the first is drawn
    and the others stand beside it.
    """

    name: str
    subject: str
    estimates: tuple[Estimate, ...]

    @property
    def value(self) -> float | None:
        """The value, None where no estimate has one."""
        return next((e.value for e in self.estimates if defined(e.value)), None)

    @property
    def with_interval(self) -> list[Estimate]:
        """The estimates whose interval is defined, units first."""
        found = [e for e in self.estimates if defined(e.low) and defined(e.high)]
        return sorted(found, key=lambda e: ORDER.index(e.over))

    @property
    def drawn(self) -> list[Estimate]:
        """The first estimate with an interval for each thing resampled."""
        return list({e.over: e for e in reversed(self.with_interval)}.values())[::-1]

    @property
    def widest(self) -> Estimate | None:
        """The estimate with the widest interval: the one to judge by."""
        return max(self.with_interval, key=_width, default=None)

    def over(self, what: Over | None) -> list[Estimate]:
        """The estimates that resampled `what`, those with an interval first."""
        found = [e for e in self.estimates if e.over == what]
        return sorted(found, key=lambda e: not (defined(e.low) and defined(e.high)))

    @property
    def notes(self) -> list[str]:
        """Distinct notes, in order."""
        return list(dict.fromkeys(e.note for e in self.estimates if e.note))

    @property
    def size(self) -> Estimate | None:
        """The estimate that tells most about what the number was made from."""
        return max(self.estimates, key=_told, default=None)


def _width(estimate: Estimate) -> float:
    return (estimate.high or 0.0) - (estimate.low or 0.0)


def _told(estimate: Estimate) -> int:
    return sum(n is not None for n in (estimate.n_units, estimate.n_workers, estimate.n_judgements))


def grouped(estimates: Iterable[Estimate]) -> list[Group]:
    """One group per (name, subject), in order of first appearance."""
    found: dict[tuple[str, str], list[Estimate]] = {}
    for estimate in estimates:
        found.setdefault((estimate.name, estimate.subject), []).append(estimate)
    return [Group(name, subject, tuple(rows)) for (name, subject), rows in found.items()]


def overs(groups: Iterable[Group]) -> list[Over | None]:
    """What was resampled for any interval of the groups, in a fixed order (None: not said).

    An interval that was asked for but is undefined everywhere counts too, if a note says why.
    """
    seen = {
        e.over
        for group in groups
        for e in group.estimates
        if defined(e.low) or (e.over is not None and e.note)
    }
    return [over for over in ORDER if over in seen]
