"""Who has a qualification: grant, revoke, look up, list; and the requests of workers."""

from typing import Any

from sqlalchemy import select

from hits.endpoint import messages
from hits.endpoint import qualifications as books
from hits.endpoint.errors import WireError, request_error
from hits.endpoint.operations import Call, lookup, pages, shapes
from hits.endpoint.tables import (
    Qualification,
    QualificationRequest,
    QualificationType,
    RequestState,
    Worker,
)


def associate_qualification_with_worker(call: Call) -> dict[str, Any]:
    """Give it or change its value; the worker is told unless the caller says otherwise."""
    params = call.params
    kind = lookup.qualification_type(call, params["QualificationTypeId"])
    worker = lookup.worker(call, params["WorkerId"])
    value = params.get("IntegerValue", 1)
    books.grant(call.session, kind, worker, value, call.now)
    if params.get("SendNotification", True):
        subject = f"You now have the qualification “{kind.name}”"
        text = f"Your value is {value}."
        messages.send(call.session, call.account_seq, worker, subject, text, call.now)
    return {}


def disassociate_qualification_from_worker(call: Call) -> dict[str, Any]:
    """Take it away, and tell the worker why if a reason is given."""
    params = call.params
    kind = lookup.qualification_type(call, params["QualificationTypeId"])
    worker = lookup.worker(call, params["WorkerId"])
    held = books.held(call.session, kind.seq, worker.seq)
    if held is None or not held.granted:
        raise _no_such_qualification()
    books.revoke(call.session, held, params.get("Reason"))
    if reason := params.get("Reason"):
        subject = f"You no longer have the qualification “{kind.name}”"
        messages.send(call.session, call.account_seq, worker, subject, reason, call.now)
    return {}


def get_qualification_score(call: Call) -> dict[str, Any]:
    """The worker's value, also of a qualification that was revoked."""
    kind = lookup.qualification_type(call, call.params["QualificationTypeId"])
    worker = lookup.worker(call, call.params["WorkerId"])
    held = books.held(call.session, kind.seq, worker.seq)
    if held is None:
        raise _no_such_qualification()
    return {"Qualification": shapes.qualification(held)}


def list_workers_with_qualification_type(call: Call) -> dict[str, Any]:
    """Who has it, or had it (Revoked), in the order in which they registered."""
    kind = lookup.qualification_type(call, call.params["QualificationTypeId"])
    granted = call.params.get("Status", "Granted") == "Granted"
    query = select(Qualification).where(
        Qualification.type_seq == kind.seq, Qualification.granted == granted
    )
    if after := pages.start("ListWorkersWithQualificationType", call.params, 1):
        query = query.where(Qualification.worker_seq > after[0])
    query = query.order_by(Qualification.worker_seq).limit(pages.size(call.params) + 1)
    return pages.page(
        "ListWorkersWithQualificationType",
        call.params,
        call.session.scalars(query).all(),
        lambda row: (row.worker_seq,),
        "Qualifications",
        shapes.qualification,
    )


def list_qualification_requests(call: Call) -> dict[str, Any]:
    """What waits for a decision, oldest first, for one type or for all of the caller's."""
    query = (
        select(QualificationRequest)
        .join(QualificationType, QualificationType.seq == QualificationRequest.type_seq)
        .where(
            QualificationType.account_seq == call.account_seq,
            QualificationType.deleted_ms.is_(None),
            QualificationRequest.state == RequestState.PENDING,
        )
    )
    if wanted := call.params.get("QualificationTypeId"):
        kind = lookup.qualification_type(call, wanted)
        query = query.where(QualificationRequest.type_seq == kind.seq)
    if after := pages.start("ListQualificationRequests", call.params, 1):
        query = query.where(QualificationRequest.seq > after[0])
    query = query.order_by(QualificationRequest.seq).limit(pages.size(call.params) + 1)
    return pages.page(
        "ListQualificationRequests",
        call.params,
        call.session.scalars(query).all(),
        lambda row: (row.seq,),
        "QualificationRequests",
        shapes.qualification_request,
    )


def accept_qualification_request(call: Call) -> dict[str, Any]:
    """Grant a pending request."""
    request = _pending(call)
    value = call.params.get("IntegerValue", 1)
    books.grant(call.session, request.type, request.worker, value, call.now)
    _tell(call, request.worker, f"You now have the qualification “{request.type.name}”", None)
    return {}


def reject_qualification_request(call: Call) -> dict[str, Any]:
    """Decline a pending request."""
    request = _pending(call)
    reason = call.params.get("Reason")
    books.reject(call.session, request, reason)
    _tell(call, request.worker, f"Declined: the qualification “{request.type.name}”", reason)
    return {}


def _tell(call: Call, worker: Worker, subject: str, text: str | None) -> None:
    messages.send(call.session, call.account_seq, worker, subject, text or "", call.now)


def _pending(call: Call) -> QualificationRequest:
    """The caller's own request, as long as nothing has been decided."""
    wanted = call.params["QualificationRequestId"]
    query = (
        select(QualificationRequest)
        .join(QualificationType, QualificationType.seq == QualificationRequest.type_seq)
        .where(
            QualificationRequest.request_id == wanted[:64],
            QualificationType.account_seq == call.account_seq,
            QualificationType.deleted_ms.is_(None),
        )
        .with_for_update(of=QualificationRequest)
    )
    found = call.session.scalars(query).first()
    if found is None or found.state == RequestState.STARTED:
        raise request_error(
            "QualificationRequestDoesNotExist", f"Qualification request {wanted} does not exist."
        )
    if found.state != RequestState.PENDING:
        raise request_error(
            "InvalidQualificationState",
            f"This request has been decided already. It is in the state '{found.state}'.",
        )
    return found


def _no_such_qualification() -> WireError:
    return request_error(
        "QualificationDoesNotExist", "You requested a Qualification that does not exist."
    )
