"""The qualifications that the system keeps of every worker; nobody grants them, they are counted.

Ids are those that Amazon publishes for production (and, for Masters, for the sandbox too). The
counts are taken from the assignments at the moment of asking, over all requesters: what a worker
has done is never out of date. Country and being an adult are what the worker says. Nobody is a
Master here: the title was Amazon's to give.
"""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hits.endpoint.tables import Assignment, State

LOCALE = "00000000000000000071"
ADULT = "00000000000000000060"
APPROVED = "00000000000000000040"
PERCENT_APPROVED = "000000000000000000L0"
MASTERS = "2F1QJWKUDD8XADTFD2Q0G6UTO95ALH"
MASTERS_SANDBOX = "2ARFPLSP75KLA8M8DH1HTEQVJT3SY6"
_FEW = 100
"""Below this many submissions the percentage reads 100."""


@dataclass(frozen=True)
class SystemQualification:
    """Name and description as workers and ListQualificationTypes see them."""

    name: str
    description: str


SYSTEM = {
    APPROVED: SystemQualification(
        "HITs approved", "The number of the worker's submissions that were approved."
    ),
    PERCENT_APPROVED: SystemQualification(
        "HIT approval rate (%)",
        f"Approved submissions as a percentage of all reviewed ones; 100 below {_FEW} submissions.",
    ),
    LOCALE: SystemQualification("Location", "The country, or part of one, that the worker names."),
    ADULT: SystemQualification(
        "Adult content", "The worker says that they are an adult and may be shown such content."
    ),
    MASTERS: SystemQualification("Masters", "A title of Amazon's; nobody holds it here."),
    MASTERS_SANDBOX: SystemQualification(
        "Masters (sandbox)", "A title of Amazon's; nobody holds it here."
    ),
}


@dataclass(frozen=True)
class Locale:
    """ISO 3166 country, and subdivision if the worker names one."""

    country: str
    subdivision: str | None = None

    def within(self, other: "Locale") -> bool:
        """Whether this place is `other` or lies in it."""
        return self.country == other.country and other.subdivision in (None, self.subdivision)

    def __str__(self) -> str:
        return f"{self.country}-{self.subdivision}" if self.subdivision else self.country


class Person(Protocol):
    """A worker, in whatever form they were read."""

    @property
    def seq(self) -> int:
        """Their number."""

    @property
    def country(self) -> str | None:
        """What they say."""

    @property
    def subdivision(self) -> str | None:
        """What they say."""

    @property
    def adult(self) -> bool:
        """What they say."""

    @property
    def blocks(self) -> int:
        """How many requesters have blocked them."""


class Record:
    """What the system knows of one worker, counted when first asked for."""

    def __init__(self, session: Session, worker: Person) -> None:
        self._session = session
        self._worker = worker

    def value(self, qualification_type_id: str) -> int | Locale | None:
        """The worker's value, None for one that they do not have."""
        if qualification_type_id == LOCALE:
            return self._locale()
        if qualification_type_id == ADULT:
            return 1 if self._worker.adult else None
        if qualification_type_id == APPROVED:
            return self._counts[State.APPROVED]
        if qualification_type_id == PERCENT_APPROVED:
            return self._percent_approved()
        return None

    def _locale(self) -> Locale | None:
        country = self._worker.country
        return Locale(country, self._worker.subdivision) if country else None

    def _percent_approved(self) -> int:
        approved, rejected = self._counts[State.APPROVED], self._counts[State.REJECTED]
        if approved + rejected + self._counts[State.SUBMITTED] < _FEW or not approved + rejected:
            return 100
        return 100 * approved // (approved + rejected)

    @cached_property
    def _counts(self) -> Counter[str]:
        rows = self._session.execute(
            select(Assignment.state, func.count())
            .where(Assignment.worker_seq == self._worker.seq)
            .group_by(Assignment.state)
        )
        return Counter({row[0]: row[1] for row in rows})
