"""What a worker has earned, and everything they have done, newest first."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, case, func, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from hits.endpoint.tables import Assignment, Bonus, Hit, HitType, State, Worker
from hits.endpoint.worker_site import people, render
from hits.endpoint.worker_site.visit import Visit, go

_PAGE = 50


@dataclass(frozen=True)
class Totals:
    """Cents approved, cents awaiting review, cents of bonuses."""

    approved: int
    waiting: int
    bonuses: int


def show(visit: Visit) -> Response:
    """The earnings page; ``?before=`` continues an older page."""
    before = visit.number("before")

    def read(session: Session, now: int) -> Response:
        worker = people.worker_of(session, visit.secret, now)
        if worker is None:
            return go("/")
        rows = _history(session, worker, before)
        return render.page(
            "earnings.html",
            signed_in=worker.worker_id,
            csrf=visit.csrf,
            totals=_totals(session, worker),
            rows=rows[:_PAGE],
            older=rows[_PAGE - 1][0].seq if len(rows) > _PAGE else None,
        )

    return visit.market.read(read)


def _totals(session: Session, worker: Worker) -> Totals:
    def earned(state: State) -> ColumnElement[int]:
        reward = case((Assignment.state == state, HitType.reward_cents), else_=0)
        return func.coalesce(func.sum(reward), 0)

    approved, waiting = session.execute(
        select(earned(State.APPROVED), earned(State.SUBMITTED))
        .select_from(Assignment)
        .join(Hit, Hit.seq == Assignment.hit_seq)
        .join(HitType, HitType.seq == Hit.type_seq)
        .where(Assignment.worker_seq == worker.seq)
    ).one()
    bonuses = session.scalars(
        select(func.coalesce(func.sum(Bonus.amount_cents), 0)).where(Bonus.worker_seq == worker.seq)
    ).one()
    return Totals(int(approved), int(waiting), int(bonuses))


def _history(session: Session, worker: Worker, before: int | None) -> list[Row[Any]]:
    """Assignment, its HIT type and its bonuses in cents; one more than a page."""
    bonus = (
        select(func.sum(Bonus.amount_cents))
        .where(Bonus.assignment_seq == Assignment.seq)
        .correlate(Assignment)
        .scalar_subquery()
    )
    query = (
        select(Assignment, HitType, bonus)
        .join(Hit, Hit.seq == Assignment.hit_seq)
        .join(HitType, HitType.seq == Hit.type_seq)
        .where(Assignment.worker_seq == worker.seq)
    )
    if before is not None:
        query = query.where(Assignment.seq < before)
    return list(session.execute(query.order_by(Assignment.seq.desc()).limit(_PAGE + 1)).all())
