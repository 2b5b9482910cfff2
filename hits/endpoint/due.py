"""What the clock has to do: the queries behind ``lifecycle.settle``."""

import time
from collections.abc import Iterable, Sequence

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from hits.endpoint.prepared import Prepared
from hits.endpoint.tables import Assignment, Hit, State

_BATCH = 500
_LOOK_S = 0.05
_NOTED = "the next moment of what was written"
_NEXT = Prepared(select(func.min(Hit.due_ms)))


class Watch:
    """When the next moment comes, as far as this process knows.

    The books are asked again every 50 ms, for what other processes have written; what this one
    writes is heard at once. So most requests need not ask at all.
    """

    def __init__(self) -> None:
        self._next: int | None = None
        self._heard = 0
        self._looked = -_LOOK_S

    def is_due(self, session: Session, now: int) -> bool:
        """Whether any moment has come."""
        if time.monotonic() - self._looked >= _LOOK_S:
            self._look(session)
        return self._next is not None and self._next <= now

    def _look(self, session: Session) -> None:
        looked, heard = time.monotonic(), self._heard
        row = _NEXT.first(session)
        found: int | None = row[0] if row else None
        # What was heard while the books were open may not stand in them yet.
        self._next = found if heard == self._heard else _earlier(found, self._next)
        self._looked = looked

    def heard(self, session: Session) -> None:
        """Take in what `note` has left in a transaction that is now committed."""
        moment: int | None = session.info.pop(_NOTED, None)
        if moment is not None:
            self._heard += 1
            self._next = _earlier(self._next, moment)

    def forget(self) -> None:
        """What was due has been done: ask the books next time."""
        self._looked = -_LOOK_S


def note(session: Session, moment: int | None) -> None:
    """Something in this transaction has a next moment."""
    if moment is not None:
        session.info[_NOTED] = _earlier(session.info.get(_NOTED), moment)


def _earlier(left: int | None, right: int | None) -> int | None:
    return min((one for one in (left, right) if one is not None), default=None)


def hits(session: Session, now: int) -> Sequence[Hit]:
    """Some of the HITs whose moment has come, held until the transaction ends."""
    query = select(Hit).where(Hit.due_ms <= now).order_by(Hit.seq).limit(_BATCH)
    return session.scalars(query.with_for_update(of=Hit)).all()


def ripe(session: Session, hit_seqs: Iterable[int], now: int) -> Iterable[Assignment]:
    """Assignments of these HITs whose deadline or auto-approval has come."""
    late = and_(Assignment.state == State.ACCEPTED, Assignment.deadline_ms <= now)
    mature = and_(Assignment.state == State.SUBMITTED, Assignment.auto_approval_ms <= now)
    mine = Assignment.hit_seq.in_(list(hit_seqs))
    return session.scalars(select(Assignment).where(mine, or_(late, mature))).all()


def next_moments(session: Session, hit_seqs: Iterable[int]) -> dict[int, int]:
    """The next deadline or auto-approval of each HIT that has one."""
    waiting = Assignment.state.in_((State.ACCEPTED, State.SUBMITTED))
    moment = func.min(func.coalesce(Assignment.auto_approval_ms, Assignment.deadline_ms))
    rows = session.execute(
        select(Assignment.hit_seq, moment)
        .where(Assignment.hit_seq.in_(list(hit_seqs)), waiting)
        .group_by(Assignment.hit_seq)
    )
    return {row[0]: row[1] for row in rows}
