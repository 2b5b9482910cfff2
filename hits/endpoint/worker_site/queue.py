"""The queue: what may be taken, grouped by HIT type, and what is in hand."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, exists, func, select
from sqlalchemy.orm import Session, aliased
from starlette.responses import Response

from hits.endpoint import lifecycle, live, messages
from hits.endpoint.eligibility import Standing
from hits.endpoint.live import LiveHit
from hits.endpoint.prepared import Prepared, from_json
from hits.endpoint.requirements import ACCEPT, DISCOVER, PREVIEW
from hits.endpoint.tables import GIVEN_UP, Assignment, Hit, HitStatus, HitType, State
from hits.endpoint.worker_site import filters, people, render, task_page, work
from hits.endpoint.worker_site.groups import Group
from hits.endpoint.worker_site.people import Visitor
from hits.endpoint.worker_site.render import Notice
from hits.endpoint.worker_site.visit import Visit, go

_MOST_GROUPS = 200

_TAKEN = exists().where(
    Assignment.hit_seq == Hit.seq,
    Assignment.worker_seq == bindparam("worker"),
    *(Assignment.state != one.value for one in GIVEN_UP),
)
_TAKEABLE = (Hit.status == HitStatus.ASSIGNABLE.value, ~_TAKEN)
_COUNTED = (
    select(
        Hit.type_seq.label("type_seq"),
        func.count().label("available"),
        func.min(Hit.seq).label("first"),
    )
    .where(*_TAKEABLE)
    .group_by(Hit.type_seq)
    .order_by(Hit.type_seq.desc())
    .limit(_MOST_GROUPS)
    .subquery()
)
_FIRST = aliased(Hit)
_GROUPS = Prepared(
    select(
        _COUNTED.c.available.label("available"),
        _FIRST.hit_id.label("hit_id"),
        HitType.account_seq.label("account_seq"),
        HitType.hit_type_id.label("hit_type_id"),
        HitType.title.label("title"),
        HitType.description.label("description"),
        HitType.keywords.label("keywords"),
        HitType.reward_cents.label("reward_cents"),
        HitType.duration_s.label("duration_s"),
        HitType.requirements.label("requirements"),
    )
    .join_from(_COUNTED, _FIRST, _FIRST.seq == _COUNTED.c.first)
    .join(HitType, HitType.seq == _COUNTED.c.type_seq)
    .order_by(_COUNTED.c.type_seq.desc())
)
_IN_HAND = Prepared(
    select(
        Assignment.assignment_id.label("assignment_id"),
        Assignment.deadline_ms.label("deadline_ms"),
        Hit.hit_id.label("hit_id"),
        HitType.hit_type_id.label("hit_type_id"),
        HitType.title.label("title"),
    )
    .join_from(Assignment, Hit, Hit.seq == Assignment.hit_seq)
    .join(HitType, HitType.seq == Hit.type_seq)
    .where(Assignment.worker_seq == bindparam("worker"), Assignment.state == State.ACCEPTED.value)
    .order_by(Assignment.deadline_ms)
)
_OF_GROUP = (
    live.select_hits()
    .where(*_TAKEABLE, HitType.hit_type_id == bindparam("hit_type"))
    .order_by(Hit.seq)
    .limit(1)
)
_NEXT = Prepared(_OF_GROUP)
_NEXT_HELD = Prepared(_OF_GROUP.with_for_update(of=Hit, skip_locked=True))


@dataclass(frozen=True)
class InHand:
    """An accepted assignment and the seconds that remain for it."""

    assignment_id: str
    hit_id: str
    hit_type_id: str
    title: str
    seconds: int


@dataclass(frozen=True)
class _Asked:
    """The requirements of a group."""

    requirements: Any


def show(visit: Visit) -> Response:
    """The queue for a worker, the welcome for everybody else."""

    def read(session: Session, now: int) -> Response:
        worker = people.visitor(session, visit.secret, now)
        if worker is None:
            return render.page("welcome.html", open=visit.open_registration, invitation="")
        wanted = filters.read(visit.query)
        return render.page(
            "queue.html",
            signed_in=worker.worker_id,
            csrf=visit.csrf,
            unread=messages.unread(session, worker.seq),
            in_hand=_in_hand(session, worker, now),
            groups=filters.apply(wanted, _groups(session, worker)),
            wanted=wanted,
        )

    return visit.market.read(read)


def _groups(session: Session, worker: Visitor) -> list[Group]:
    standing = Standing(session, worker)
    found = (_group(row, standing) for row in _GROUPS.all(session, worker=worker.seq))
    return [group for group in found if group is not None]


def _group(row: Row[Any], standing: Standing) -> Group | None:
    """The group, unless its HITs are not to be found by this worker."""
    asked = _Asked(from_json(row.requirements))
    if standing.is_blocked_by(row.account_seq) or standing.unmet(asked, DISCOVER):
        return None
    return Group(
        type=row,
        available=row.available,
        hit_id=row.hit_id,
        unmet=standing.unmet(asked, ACCEPT),
        can_preview=not standing.unmet(asked, PREVIEW),
    )


def _in_hand(session: Session, worker: Visitor, now: int) -> list[InHand]:
    return [
        InHand(
            row.assignment_id,
            row.hit_id,
            row.hit_type_id,
            row.title,
            task_page.seconds_left(row.deadline_ms, now),
        )
        for row in _IN_HAND.all(session, worker=worker.seq)
    ]


def _next_of_group(
    session: Session, worker: Visitor, hit_type_id: str, action: str, query: Prepared
) -> LiveHit | None:
    """The next HIT of a group, for a worker who may do this with it."""
    row = query.first(session, worker=worker.seq, hit_type=hit_type_id)
    if row is None:
        people.require_group(session, hit_type_id)
        return None
    hit = live.of_row(row)
    people.require_standing(Standing(session, worker), hit.type, action)
    return hit


def next_preview(visit: Visit) -> Response:
    """Lead to the next HIT of a group."""

    def read(session: Session, now: int) -> Response:
        worker = people.visitor(session, visit.secret, now)
        if worker is None:
            return go("/")
        hit = _next_of_group(session, worker, visit.entity("hit_type_id"), PREVIEW, _NEXT)
        if hit is None:
            raise Notice("none-left", 404)
        return go(f"/hits/{hit.hit_id}")

    return visit.market.read(read)


def accept_next(visit: Visit) -> Response:
    """Accept the next HIT of a group, whichever nobody else is taking at this moment."""

    def write(session: Session, now: int) -> str:
        worker = people.require_visitor(session, visit, now)
        hit = _next_of_group(session, worker, visit.entity("hit_type_id"), ACCEPT, _NEXT_HELD)
        if hit is None:
            raise Notice("none-left", 409)
        assignment = lifecycle.accept(session, hit, worker.seq, now)
        work.remember_token(session, visit, assignment)
        return assignment.assignment_id

    return go(f"/assignments/{visit.market.write(write)}")
