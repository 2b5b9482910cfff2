"""GetAssignment, ListAssignmentsForHIT, ApproveAssignment, RejectAssignment."""

from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import undefer

from hits.endpoint import lifecycle
from hits.endpoint.errors import invalid_assignment_state
from hits.endpoint.operations import Call, lookup, pages, shapes
from hits.endpoint.tables import Assignment, State

HANDED_IN = (State.SUBMITTED, State.APPROVED, State.REJECTED)


def get_assignment(call: Call) -> dict[str, Any]:
    """An assignment that has been handed in, with its HIT."""
    assignment, hit = lookup.assignment(call, call.params["AssignmentId"])
    if assignment.state not in HANDED_IN:
        raise invalid_assignment_state(*HANDED_IN)
    return {"Assignment": shapes.assignment(assignment, hit.hit_id), "HIT": shapes.hit(hit)}


def list_assignments_for_hit(call: Call) -> dict[str, Any]:
    """What has been handed in for a HIT, in the order of submission."""
    hit = lookup.hit(call, call.params["HITId"])
    wanted = call.params.get("AssignmentStatuses") or HANDED_IN
    query = select(Assignment).where(
        Assignment.hit_seq == hit.seq, Assignment.state.in_(list(wanted))
    )
    if after := pages.start("ListAssignmentsForHIT", call.params, 2):
        query = query.where(tuple_(Assignment.submit_ms, Assignment.seq) > after)
    query = query.order_by(Assignment.submit_ms, Assignment.seq).options(undefer(Assignment.answer))
    rows = call.session.scalars(query.limit(pages.size(call.params) + 1)).all()
    return pages.page(
        "ListAssignmentsForHIT",
        call.params,
        rows,
        lambda row: (row.submit_ms or 0, row.seq),
        "Assignments",
        lambda row: shapes.assignment(row, hit.hit_id),
    )


def approve_assignment(call: Call) -> dict[str, Any]:
    """Pay the worker; a rejection is only overridden when the caller says so."""
    assignment, hit = lookup.assignment(call, call.params["AssignmentId"], lock=True)
    feedback = call.params.get("RequesterFeedback")
    override = call.params.get("OverrideRejection", False)
    lifecycle.approve(call.session, hit, assignment, feedback, override, call.now)
    return {}


def reject_assignment(call: Call) -> dict[str, Any]:
    """Do not pay the worker, and tell them why."""
    assignment, hit = lookup.assignment(call, call.params["AssignmentId"], lock=True)
    feedback = call.params["RequesterFeedback"]
    lifecycle.reject(call.session, hit, assignment, feedback, call.now)
    return {}
