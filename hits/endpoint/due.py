"""What the clock has to do: the queries behind ``lifecycle.settle``."""

from collections.abc import Iterable, Sequence

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from hits.endpoint.tables import Assignment, Hit, State

_BATCH = 500


def anything(session: Session, now: int) -> bool:
    """Whether any moment has come; one look at an index."""
    return session.scalar(select(Hit.seq).where(Hit.due_ms <= now).limit(1)) is not None


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
