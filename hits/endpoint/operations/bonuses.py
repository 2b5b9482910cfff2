"""SendBonus and ListBonusPayments."""

import uuid
from typing import Any

from sqlalchemy import select

from hits.endpoint import ledger, tokens
from hits.endpoint.errors import (
    WireError,
    invalid_assignment_state,
    invalid_parameter,
    request_error,
)
from hits.endpoint.money import to_cents
from hits.endpoint.operations import Call, lookup, pages, shapes
from hits.endpoint.operations.assignments import HANDED_IN
from hits.endpoint.tables import Assignment, Bonus, Worker


def send_bonus(call: Call) -> dict[str, Any]:
    """Pay a worker for an assignment they handed in; one token pays once, for good."""
    params = call.params
    token = params.get("UniqueRequestToken")
    made = tokens.result_of(call.session, call.account_seq, tokens.BONUSES, token, call.now)
    if made is not None:
        raise _already_sent(made)
    assignment, hit = lookup.assignment(call, params["AssignmentId"], lock=True)
    cents = to_cents("BonusAmount", params["BonusAmount"])
    if cents < 1:
        raise invalid_parameter("BonusAmount", "must be at least 0.01")
    _require_payable(assignment, params["WorkerId"])
    call.session.add(
        Bonus(
            assignment_seq=assignment.seq,
            worker_seq=assignment.worker_seq,
            amount_cents=cents,
            reason=params["Reason"],
            granted_ms=call.now,
        )
    )
    request_id = str(uuid.uuid4())
    tokens.remember(call.session, call.account_seq, tokens.BONUSES, token, request_id, call.now)
    ledger.draw(call.session, hit.account_seq, cents)
    return {}


def _already_sent(request_id: str) -> WireError:
    return request_error(
        "DuplicateRequest",
        f"A bonus has already been sent with this token, by the request {request_id}.",
    )


def _require_payable(assignment: Assignment, worker_id: str) -> None:
    if assignment.worker.worker_id != worker_id:
        raise request_error(
            "InvalidParameterValue",
            f"Worker {worker_id} has not worked on assignment {assignment.assignment_id}.",
        )
    if assignment.state not in HANDED_IN:
        raise invalid_assignment_state(*HANDED_IN)


def list_bonus_payments(call: Call) -> dict[str, Any]:
    """Bonuses for one HIT or one assignment, oldest first."""
    query = (
        select(Bonus, Worker.worker_id, Assignment.assignment_id)
        .join(Assignment, Assignment.seq == Bonus.assignment_seq)
        .join(Worker, Worker.seq == Bonus.worker_seq)
    )
    if assignment_id := call.params.get("AssignmentId"):
        assignment, _ = lookup.assignment(call, assignment_id)
        query = query.where(Bonus.assignment_seq == assignment.seq)
    elif hit_id := call.params.get("HITId"):
        query = query.where(Assignment.hit_seq == lookup.hit(call, hit_id).seq)
    else:
        raise invalid_parameter("HITId", "or AssignmentId must be given")
    if after := pages.start("ListBonusPayments", call.params, 1):
        query = query.where(Bonus.seq > after[0])
    rows = call.session.execute(query.order_by(Bonus.seq).limit(pages.size(call.params) + 1)).all()
    return pages.page(
        "ListBonusPayments",
        call.params,
        rows,
        lambda row: (row[0].seq,),
        "BonusPayments",
        lambda row: shapes.bonus(*row),
    )
