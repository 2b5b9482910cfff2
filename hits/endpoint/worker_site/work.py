"""A HIT in preview, an assignment in hand, and what became of it."""

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from hits.endpoint import ids, lifecycle, live, refusals
from hits.endpoint.eligibility import Standing
from hits.endpoint.errors import WorkRefused
from hits.endpoint.live import LiveAssignment
from hits.endpoint.prepared import Prepared
from hits.endpoint.requirements import ACCEPT, PREVIEW
from hits.endpoint.tables import (
    GIVEN_UP,
    Assignment,
    Hit,
    HitStatus,
    HitType,
    State,
    SubmitToken,
    Worker,
)
from hits.endpoint.worker_site import people, render, task_page
from hits.endpoint.worker_site.render import Notice
from hits.endpoint.worker_site.visit import Visit, go

_IN_HAND = Prepared(
    select(
        Assignment.state.label("state"),
        Assignment.assignment_id.label("assignment_id"),
        Assignment.deadline_ms.label("deadline_ms"),
        Hit.hit_id.label("hit_id"),
        Hit.external_url.label("external_url"),
        Hit.frame_height.label("frame_height"),
        HitType.hit_type_id.label("hit_type_id"),
        HitType.title.label("title"),
        HitType.reward_cents.label("reward_cents"),
        HitType.duration_s.label("duration_s"),
        HitType.hosts.label("hosts"),
        exists().where(SubmitToken.token_hash == bindparam("token")).label("known"),
    )
    .join_from(Assignment, Hit, Hit.seq == Assignment.hit_seq)
    .join(HitType, HitType.seq == Hit.type_seq)
    .where(
        Assignment.assignment_id == bindparam("assignment"),
        Assignment.worker_seq == bindparam("worker"),
    )
)


def preview(visit: Visit) -> Response:
    """The task as it is before accepting: everything can be seen, nothing submitted."""

    def read(session: Session, now: int) -> Response:
        worker = people.worker_of(session, visit.secret, now)
        if worker is None:
            return go("/")
        hit = _hit(session, visit.entity("hit_id"))
        held = _held(session, hit, worker)
        if held is not None and held.state == State.ACCEPTED:
            return go(f"/assignments/{held.assignment_id}")
        if held is not None:
            raise Notice("done-before", 409)
        standing = Standing(session, worker)
        people.require_standing(standing, hit.type, PREVIEW)
        if hit.status != HitStatus.ASSIGNABLE:
            raise Notice("expired" if now >= hit.expires_ms else "taken", 409)
        unmet = standing.unmet(hit.type, ACCEPT)
        return task_page.show(visit, worker.worker_id, task_page.of_hit(hit), now, unmet)

    return visit.market.read(read)


def accept(visit: Visit) -> Response:
    """Take the HIT, or lead to the assignment that the worker has of it already."""

    def write(session: Session, now: int) -> str:
        worker = people.require_visitor(session, visit, now)
        hit = live.lock(session, _hit(session, visit.entity("hit_id")).seq)
        if live.held_by(session, hit, worker.seq) is None:
            people.require_standing(Standing(session, worker), hit.type, ACCEPT)
        try:
            assignment = lifecycle.accept(session, hit, worker.seq, now)
        except WorkRefused as refused:
            raise Notice(refused.reason, 409) from refused
        remember_token(session, visit, assignment)
        return assignment.assignment_id

    return go(f"/assignments/{visit.market.write(write)}")


def show(visit: Visit) -> Response:
    """The working page, or what became of the assignment."""

    def read(session: Session, now: int) -> tuple[Response, bool]:
        worker = people.visitor(session, visit.secret, now)
        if worker is None:
            return go("/"), True
        assignment_id = visit.entity("assignment_id")
        row = _IN_HAND.first(
            session,
            assignment=assignment_id,
            worker=worker.seq,
            token=ids.digest(visit.submit_token(assignment_id)),
        )
        if row is None:
            refusals.log("not theirs", "an assignment's page")
            raise Notice("unknown", 404)
        if row.state != State.ACCEPTED:
            return _ended_page(
                visit, worker.worker_id, *_own(session, worker.seq, assignment_id)
            ), True
        return task_page.show(visit, worker.worker_id, task_page.of_row(row), now), bool(row.known)

    response, known = visit.market.read(read)
    if not known:
        _remember_for_this_session(visit)
    return response


def give_back(visit: Visit) -> Response:
    """Return the assignment; one that has ended otherwise is left as it is."""

    def write(session: Session, now: int) -> None:
        worker = people.require_worker(session, visit, now)
        assignment, hit = _own(session, worker.seq, visit.entity("assignment_id"))
        hit = lifecycle.lock_hit(session, hit.seq)
        session.refresh(assignment)
        if assignment.state == State.ACCEPTED:
            lifecycle.give_back(session, hit, assignment, now)

    visit.market.write(write)
    return go("/")


def remember_token(session: Session, visit: Visit, assignment: LiveAssignment) -> None:
    """Let this session's submit token open the assignment."""
    token_hash = ids.digest(visit.submit_token(assignment.assignment_id))
    live.add_token(session, token_hash, assignment)


def _remember_for_this_session(visit: Visit) -> None:
    """The worker has signed in anew since accepting: this session has another token."""

    def write(session: Session, now: int) -> None:
        worker = people.require_visitor(session, visit, now)
        found, _ = _own(session, worker.seq, visit.entity("assignment_id"))
        remember_token(session, visit, LiveAssignment(found.seq, found.assignment_id, found.state))

    visit.market.write(write)


def _hit(session: Session, hit_id: str) -> Hit:
    hit = session.scalars(select(Hit).where(Hit.hit_id == hit_id)).first()
    if hit is None:
        raise Notice("unknown", 404)
    return hit


def _held(session: Session, hit: Hit, worker: Worker) -> Assignment | None:
    query = select(Assignment).where(
        Assignment.hit_seq == hit.seq,
        Assignment.worker_seq == worker.seq,
        Assignment.state.not_in(GIVEN_UP),
    )
    return session.scalars(query).first()


def _own(session: Session, worker_seq: int, assignment_id: str) -> tuple[Assignment, Hit]:
    row = session.execute(
        select(Assignment, Hit)
        .join(Hit, Hit.seq == Assignment.hit_seq)
        .where(Assignment.assignment_id == assignment_id, Assignment.worker_seq == worker_seq)
    ).first()
    if row is None:
        raise Notice("unknown", 404)
    return row.Assignment, row.Hit


def _ended_page(visit: Visit, worker_id: str, assignment: Assignment, hit: Hit) -> Response:
    template = "given_up.html" if assignment.state in GIVEN_UP else "done.html"
    return render.page(
        template,
        signed_in=worker_id,
        csrf=visit.csrf,
        hit=hit,
        assignment=assignment,
        abandoned=assignment.state == State.ABANDONED,
    )
