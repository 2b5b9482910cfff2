"""The queue: what may be taken, grouped by HIT type, and what is in hand."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from hits.endpoint import lifecycle, messages
from hits.endpoint.eligibility import Standing, Unmet
from hits.endpoint.requirements import ACCEPT, DISCOVER, PREVIEW
from hits.endpoint.tables import GIVEN_UP, Assignment, Hit, HitStatus, HitType, State, Worker
from hits.endpoint.worker_site import people, render, work
from hits.endpoint.worker_site.render import Notice
from hits.endpoint.worker_site.visit import Visit, go

_MOST_GROUPS = 200


@dataclass(frozen=True)
class Group:
    """HITs of one type that a worker may find; `hit_id` is the one that would be next.

    `unmet` are the requirements that keep the worker from accepting, if any.
    """

    type: HitType
    available: int
    hit_id: str
    unmet: list[Unmet]
    can_preview: bool


@dataclass(frozen=True)
class InHand:
    """An accepted assignment and the seconds that remain for it."""

    assignment_id: str
    hit: Hit
    seconds: int


def show(visit: Visit) -> Response:
    """The queue for a worker, the welcome for everybody else."""

    def read(session: Session, now: int) -> Response:
        worker = people.worker_of(session, visit.secret, now)
        if worker is None:
            return render.page("welcome.html")
        return render.page(
            "queue.html",
            signed_in=worker.worker_id,
            csrf=visit.csrf,
            unread=messages.unread(session, worker),
            in_hand=_in_hand(session, worker, now),
            groups=_groups(session, worker, Standing(session, worker)),
        )

    return visit.market.read(read)


def _groups(session: Session, worker: Worker, standing: Standing) -> list[Group]:
    counted = _takeable(worker.seq, standing).with_only_columns(
        Hit.type_seq, func.count(Hit.seq), func.min(Hit.seq)
    )
    rows = session.execute(
        counted.group_by(Hit.type_seq).order_by(Hit.type_seq.desc()).limit(_MOST_GROUPS)
    ).all()
    firsts = [first for _, _, first in rows]
    by_seq = {hit.seq: hit for hit in session.scalars(select(Hit).where(Hit.seq.in_(firsts)))}
    return [
        _group(by_seq[first], available, standing)
        for _, available, first in rows
        if not standing.unmet(by_seq[first].type, DISCOVER)
    ]


def _group(hit: Hit, available: int, standing: Standing) -> Group:
    return Group(
        type=hit.type,
        available=available,
        hit_id=hit.hit_id,
        unmet=standing.unmet(hit.type, ACCEPT),
        can_preview=not standing.unmet(hit.type, PREVIEW),
    )


def _takeable(worker_seq: int, standing: Standing) -> Select[Any]:
    """HITs that this worker could accept now, as far as places and blocks go."""
    done = exists().where(
        Assignment.hit_seq == Hit.seq,
        Assignment.worker_seq == worker_seq,
        Assignment.state.not_in(GIVEN_UP),
    )
    query = select(Hit).where(Hit.status == HitStatus.ASSIGNABLE, ~done)
    closed = standing.blocked_by
    return query.where(Hit.account_seq.not_in(closed)) if closed else query


def _in_hand(session: Session, worker: Worker, now: int) -> list[InHand]:
    rows = session.execute(
        select(Assignment, Hit)
        .join(Hit, Hit.seq == Assignment.hit_seq)
        .where(Assignment.worker_seq == worker.seq, Assignment.state == State.ACCEPTED)
        .order_by(Assignment.deadline_ms)
    )
    return [
        InHand(held.assignment_id, hit, work.seconds_left(held.deadline_ms, now))
        for held, hit in rows
    ]


def _next_of_group(session: Session, worker: Worker, hit_type_id: str, action: str) -> Select[Any]:
    """The next HIT of a group, for a worker who may do this with it."""
    wanted = select(HitType).where(HitType.hit_type_id == hit_type_id)
    hit_type = session.scalars(wanted).first()
    if hit_type is None:
        raise Notice("unknown", 404)
    standing = Standing(session, worker)
    people.require_standing(standing, hit_type, action)
    takeable = _takeable(worker.seq, standing)
    return takeable.where(Hit.type_seq == hit_type.seq).order_by(Hit.seq).limit(1)


def next_preview(visit: Visit) -> Response:
    """Lead to the next HIT of a group."""

    def read(session: Session, now: int) -> Response:
        worker = people.worker_of(session, visit.secret, now)
        if worker is None:
            return go("/")
        query = _next_of_group(session, worker, visit.entity("hit_type_id"), PREVIEW)
        hit = session.scalars(query).first()
        if hit is None:
            raise Notice("none-left", 404)
        return go(f"/hits/{hit.hit_id}")

    return visit.market.read(read)


def accept_next(visit: Visit) -> Response:
    """Accept the next HIT of a group, whichever nobody else is taking at this moment."""

    def write(session: Session, now: int) -> str:
        worker = people.require_worker(session, visit, now)
        query = _next_of_group(session, worker, visit.entity("hit_type_id"), ACCEPT)
        hit = session.scalars(query.with_for_update(of=Hit, skip_locked=True)).first()
        if hit is None:
            raise Notice("none-left", 409)
        assignment = lifecycle.accept(session, hit, worker.seq, now)
        work.remember_token(session, visit, assignment)
        return assignment.assignment_id

    return go(f"/assignments/{visit.market.write(write)}")
