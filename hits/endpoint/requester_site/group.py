"""One HIT type: its submissions, with what was answered, and yes or no to them.

Approving and rejecting are the operations of the API, so that the same rules hold.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer
from starlette.responses import Response

from hits.endpoint import answers, hosts
from hits.endpoint.errors import EndpointError, WireError
from hits.endpoint.operations import Call
from hits.endpoint.operations.assignments import approve_assignment, reject_assignment
from hits.endpoint.requester_site import overview, sessions
from hits.endpoint.tables import Account, Assignment, Hit, HitType, State
from hits.endpoint.worker_site import render
from hits.endpoint.worker_site.render import Notice
from hits.endpoint.worker_site.visit import Visit, go

_PAGE = 25
_LONGEST = 4000
_STATES = (State.SUBMITTED, State.APPROVED, State.REJECTED)


@dataclass(frozen=True)
class Submission:
    """An assignment that was handed in, with its answers as (question, text)."""

    assignment: Assignment
    hit_id: str
    given: list[tuple[str, str]]


def show(visit: Visit) -> Response:
    """The submissions in one state (``?state=``), oldest first; ``?after=`` continues."""
    state = visit.query.get("state", State.SUBMITTED)
    if state not in _STATES:
        raise Notice("unknown", 404)

    def read(session: Session, now: int) -> Response:
        account = sessions.account_of(session, visit.secret, now)
        if account is None:
            return go("/requester/sign-in")
        group = _group(session, account, visit.entity("hit_type_id"))
        found = _submissions(session, account, group.hit_type_id, state, visit.number("after"))
        return render.page(
            "requester_group.html",
            requester=account.access_key,
            csrf=visit.csrf,
            group=group,
            state=state,
            states=_STATES,
            hosts=_hosts(session, group.hit_type_id),
            submissions=found[:_PAGE],
            further=found[_PAGE - 1].assignment.seq if len(found) > _PAGE else None,
        )

    return visit.market.read(read)


def _group(session: Session, account: Account, hit_type_id: str) -> overview.Counts:
    found = overview.counts(session, account, hit_type_id)
    if not found:
        raise Notice("unknown", 404)
    return found[0]


def _hosts(session: Session, hit_type_id: str) -> list[str]:
    query = select(HitType.hosts).where(HitType.hit_type_id == hit_type_id)
    return session.scalars(query).first() or []


def _submissions(
    session: Session, account: Account, hit_type_id: str, state: str, after: int | None
) -> list[Submission]:
    query = (
        select(Assignment, Hit.hit_id)
        .join(Hit, Hit.seq == Assignment.hit_seq)
        .join(HitType, HitType.seq == Hit.type_seq)
        .where(
            HitType.hit_type_id == hit_type_id,
            Hit.account_seq == account.seq,
            Assignment.state == state,
            Assignment.seq > (after or 0),
        )
        .order_by(Assignment.seq)
        .limit(_PAGE + 1)
        .options(undefer(Assignment.answer))
    )
    return [Submission(one, hit_id, _given(one)) for one, hit_id in session.execute(query)]


def _given(assignment: Assignment) -> list[tuple[str, str]]:
    return [
        (name, text if len(text) <= _LONGEST else text[:_LONGEST] + " …")
        for name, text in answers.fields(assignment.answer or "")
    ]


def allow_hosts(visit: Visit) -> Response:
    """Set the outside hosts that the type's tasks may reach; an empty field allows none."""
    named = visit.form.get("hosts").replace(",", " ").split()

    def write(session: Session, now: int) -> str:
        account = sessions.require_account(session, visit, now)
        query = select(HitType).where(
            HitType.hit_type_id == visit.entity("hit_type_id"), HitType.account_seq == account.seq
        )
        hit_type = session.scalars(query).first()
        if hit_type is None:
            raise Notice("unknown", 404)
        try:
            hosts.allow(hit_type, named)
        except EndpointError as error:
            raise Notice("bad-host", 400) from error
        return hit_type.hit_type_id

    return go(f"/requester/types/{visit.market.write(write)}")


def decide(visit: Visit) -> Response:
    """Approve or reject the chosen submissions; those that were decided meanwhile stay so."""
    chosen = [value for name, value in visit.form.fields if name == "assignment"][:_PAGE]
    verdict = visit.form.get("verdict")
    feedback = visit.form.get("feedback").strip()[:1024]
    if verdict not in ("approve", "reject") or not chosen:
        raise Notice("nothing-chosen", 400)
    if verdict == "reject" and not feedback:
        raise Notice("reason-needed", 400)
    for assignment_id in chosen:
        _decide(visit, verdict, assignment_id[:64], feedback)
    return go(f"/requester/types/{visit.entity('hit_type_id')}")


def _decide(visit: Visit, verdict: str, assignment_id: str, feedback: str) -> None:
    """One submission, in a transaction of its own."""
    params: dict[str, Any] = {"AssignmentId": assignment_id}
    if feedback:
        params["RequesterFeedback"] = feedback
    act = approve_assignment if verdict == "approve" else reject_assignment

    def write(session: Session, now: int) -> None:
        account = sessions.require_account(session, visit, now)
        try:
            act(Call(session, now, account.seq, params))
        except WireError as error:
            if error.code != "AWS.MechanicalTurk.InvalidAssignmentState":
                raise Notice("unknown", 404) from error

    visit.market.write(write)
