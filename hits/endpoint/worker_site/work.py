"""A HIT in preview, an assignment in hand, and what became of it."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode, urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from hits.endpoint import ids, lifecycle, question
from hits.endpoint.clock import SECOND
from hits.endpoint.eligibility import Standing, Unmet
from hits.endpoint.errors import WorkRefused
from hits.endpoint.requirements import ACCEPT, PREVIEW
from hits.endpoint.tables import (
    GIVEN_UP,
    Assignment,
    Hit,
    HitStatus,
    State,
    SubmitToken,
    Worker,
)
from hits.endpoint.worker_site import people, render
from hits.endpoint.worker_site.render import Notice
from hits.endpoint.worker_site.visit import Visit, go

PREVIEW_ID = "ASSIGNMENT_ID_NOT_AVAILABLE"
PREVIEW_TOKEN = "preview"


def seconds_left(deadline_ms: int, now: int) -> int:
    """Whole seconds until the deadline."""
    return max(0, (deadline_ms - now) // SECOND)


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
        return _task_page(visit, worker, hit, None, now, standing.unmet(hit.type, ACCEPT))

    return visit.market.read(read)


def accept(visit: Visit) -> Response:
    """Take the HIT, or lead to the assignment that the worker has of it already."""

    def write(session: Session, now: int) -> str:
        worker = people.require_worker(session, visit, now)
        hit = lifecycle.lock_hit(session, _hit(session, visit.entity("hit_id")).seq)
        if _held(session, hit, worker) is None:
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
        worker = people.worker_of(session, visit.secret, now)
        if worker is None:
            return go("/"), True
        assignment, hit = _own(session, worker, visit.entity("assignment_id"))
        if assignment.state != State.ACCEPTED:
            return _ended_page(visit, worker, assignment, hit), True
        token = ids.digest(visit.submit_token(assignment.assignment_id))
        known = session.get(SubmitToken, token) is not None
        return _task_page(visit, worker, hit, assignment, now), known

    response, known = visit.market.read(read)
    if not known:
        _remember_for_this_session(visit)
    return response


def give_back(visit: Visit) -> Response:
    """Return the assignment; one that has ended otherwise is left as it is."""

    def write(session: Session, now: int) -> None:
        worker = people.require_worker(session, visit, now)
        assignment, hit = _own(session, worker, visit.entity("assignment_id"))
        hit = lifecycle.lock_hit(session, hit.seq)
        session.refresh(assignment)
        if assignment.state == State.ACCEPTED:
            lifecycle.give_back(session, hit, assignment, now)

    visit.market.write(write)
    return go("/")


def remember_token(session: Session, visit: Visit, assignment: Assignment) -> None:
    """Let this session's submit token open the assignment."""
    token_hash = ids.digest(visit.submit_token(assignment.assignment_id))
    session.flush()
    if session.get(SubmitToken, token_hash) is None:
        session.add(SubmitToken(token_hash=token_hash, assignment_seq=assignment.seq))
        session.flush()


def _remember_for_this_session(visit: Visit) -> None:
    """The worker has signed in anew since accepting: this session has another token."""

    def write(session: Session, now: int) -> None:
        worker = people.require_worker(session, visit, now)
        assignment, _ = _own(session, worker, visit.entity("assignment_id"))
        remember_token(session, visit, assignment)

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


def _own(session: Session, worker: Worker, assignment_id: str) -> tuple[Assignment, Hit]:
    row = session.execute(
        select(Assignment, Hit)
        .join(Hit, Hit.seq == Assignment.hit_seq)
        .where(Assignment.assignment_id == assignment_id, Assignment.worker_seq == worker.seq)
    ).first()
    if row is None:
        raise Notice("unknown", 404)
    return row.Assignment, row.Hit


def _task_page(
    visit: Visit,
    worker: Worker,
    hit: Hit,
    assignment: Assignment | None,
    now: int,
    unmet: Sequence[Unmet] = (),
) -> Response:
    asked = question.parse(hit.question)
    given = {"assignmentId": PREVIEW_ID, "hitId": hit.hit_id}
    given["turkSubmitTo"] = visit.submit_to(PREVIEW_TOKEN)
    if assignment is not None:
        given["assignmentId"] = assignment.assignment_id
        given["turkSubmitTo"] = visit.submit_to(visit.submit_token(assignment.assignment_id))
        given["workerId"] = worker.worker_id
    address = asked.url or f"/frame/{hit.hit_id}"
    elsewhere = asked.url is not None and render.origin(asked.url) != visit.base
    return render.page(
        "task.html",
        frames=render.origin(asked.url) if asked.url else "",
        signed_in=worker.worker_id,
        csrf=visit.csrf,
        hit=hit,
        assignment=assignment,
        seconds=seconds_left(assignment.deadline_ms, now) if assignment else None,
        src=frame_address(address, given),
        # With our own origin, the permission would undo the sandbox.
        sandbox=render.SANDBOX + (" allow-same-origin" if elsewhere else ""),
        height=asked.height,
        unmet=unmet,
    )


def frame_address(address: str, given: Mapping[str, str]) -> str:
    """The address of a task with what its page is told in the query."""
    parts = urlsplit(address)
    query = "&".join(part for part in (parts.query, urlencode(given)) if part)
    return parts._replace(query=query).geturl()


def _ended_page(visit: Visit, worker: Worker, assignment: Assignment, hit: Hit) -> Response:
    template = "given_up.html" if assignment.state in GIVEN_UP else "done.html"
    return render.page(
        template,
        signed_in=worker.worker_id,
        csrf=visit.csrf,
        hit=hit,
        assignment=assignment,
        abandoned=assignment.state == State.ABANDONED,
    )
