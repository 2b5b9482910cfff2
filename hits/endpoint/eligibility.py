"""Whether a worker may find, see or accept a HIT, and if not, exactly why.

Each requirement that is not met is said in a sentence with the worker's own value. An action is
guarded as the requester chose: ``Accept`` alone, also the preview, or even being found.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from hits.endpoint.requirements import ACCEPT, DISCOVER, PREVIEW
from hits.endpoint.system_qualifications import SYSTEM, Locale, Person, Record
from hits.endpoint.tables import Qualification, QualificationType, WorkerBlock

Structure = dict[str, Any]
_GUARDED_BY = {
    ACCEPT: (ACCEPT, PREVIEW, DISCOVER),
    PREVIEW: (PREVIEW, DISCOVER),
    DISCOVER: (DISCOVER,),
}
"""Action → the values of ActionsGuarded under which a requirement matters for it."""
_COMPARISONS: dict[str, tuple[str, Callable[[Any, list[Any]], bool]]] = {
    "LessThan": ("less than", lambda mine, its: mine < its[0]),
    "LessThanOrEqualTo": ("at most", lambda mine, its: mine <= its[0]),
    "GreaterThan": ("more than", lambda mine, its: mine > its[0]),
    "GreaterThanOrEqualTo": ("at least", lambda mine, its: mine >= its[0]),
    "EqualTo": ("", lambda mine, its: mine == its[0]),
    "NotEqualTo": ("not", lambda mine, its: mine != its[0]),
    "In": ("one of", lambda mine, its: mine in its),
    "NotIn": ("none of", lambda mine, its: mine not in its),
}


@dataclass(frozen=True)
class Unmet:
    """A requirement that a worker does not meet. `can_request`: asking for it may help."""

    qualification_type_id: str
    text: str
    can_request: bool


class Asks(Protocol):
    """Something with requirements: a HIT type, in whatever form it was read."""

    @property
    def requirements(self) -> Any:
        """The structures of `requirements.checked`, or None."""


class Standing:
    """One worker before all requirements; what is looked up is looked up once."""

    def __init__(self, session: Session, worker: Person) -> None:
        self._session = session
        self._worker = worker
        self._record = Record(session, worker)
        self._types: dict[str, QualificationType | None] = {}

    def is_blocked_by(self, account_seq: int) -> bool:
        """Whether this requester has blocked the worker."""
        return account_seq in self.blocked_by

    @cached_property
    def blocked_by(self) -> frozenset[int]:
        """Accounts that have blocked the worker."""
        if not self._worker.blocks:
            return frozenset()
        mine = WorkerBlock.worker_seq == self._worker.seq
        return frozenset(self._session.scalars(select(WorkerBlock.account_seq).where(mine)))

    def unmet(self, hit_type: Asks, action: str) -> list[Unmet]:
        """The requirements that stand between the worker and `action`."""
        guarding = _GUARDED_BY[action]
        return [
            said
            for one in hit_type.requirements or ()
            if one["ActionsGuarded"] in guarding and (said := self._unmet(one))
        ]

    def _unmet(self, one: Structure) -> Unmet | None:
        wanted, comparator = one["QualificationTypeId"], one["Comparator"]
        mine = self._value(wanted)
        if _meets(comparator, mine, _values(one)):
            return None
        text = f"{self._name(wanted)} {_must(comparator, _values(one))}; {_said(wanted, mine)}."
        return Unmet(wanted, text, mine is None and self._requestable(wanted))

    def _value(self, wanted: str) -> int | Locale | None:
        return self._record.value(wanted) if wanted in SYSTEM else self._held.get(wanted)

    @cached_property
    def _held(self) -> dict[str, int]:
        query = select(Qualification).where(
            Qualification.worker_seq == self._worker.seq, Qualification.granted
        )
        held = [one for one in self._session.scalars(query) if one.type.deleted_ms is None]
        return {one.type.qualification_type_id: one.value for one in held}

    def _name(self, wanted: str) -> str:
        if wanted in SYSTEM:
            return f"“{SYSTEM[wanted].name}”"
        kind = self._type(wanted)
        return f"“{kind.name}”" if kind else "A qualification that no longer exists"

    def _requestable(self, wanted: str) -> bool:
        kind = self._type(wanted)
        return wanted not in SYSTEM and kind is not None and kind.active

    def _type(self, wanted: str) -> QualificationType | None:
        if wanted not in self._types:
            query = select(QualificationType).where(
                QualificationType.qualification_type_id == wanted,
                QualificationType.deleted_ms.is_(None),
            )
            self._types[wanted] = self._session.scalars(query).first()
        return self._types[wanted]


def _values(one: Structure) -> list[Any]:
    places = [Locale(p["Country"], p.get("Subdivision")) for p in one.get("LocaleValues") or ()]
    return places or list(one.get("IntegerValues") or ())


def _meets(comparator: str, mine: int | Locale | None, its: list[Any]) -> bool:
    if comparator == "DoesNotExist":
        return mine is None
    if comparator == "Exists" or mine is None:
        return mine is not None
    if isinstance(mine, Locale):
        inside = any(mine.within(place) for place in its)
        return inside if comparator in ("EqualTo", "In") else not inside
    return bool(_COMPARISONS[comparator][1](mine, its))


def _must(comparator: str, its: list[Any]) -> str:
    if comparator == "Exists":
        return "is needed"
    if comparator == "DoesNotExist":
        return "must not be held"
    values = ", ".join(str(value) for value in its)
    return f"must be {_COMPARISONS[comparator][0]} {values}".replace("  ", " ")


def _said(wanted: str, mine: int | Locale | None) -> str:
    if mine is None:
        return "you have not said it" if wanted in SYSTEM else "you do not have it"
    return f"yours is {mine}"
