"""Finding the caller's own objects. Somebody else's do not exist, as far as they can tell."""

from sqlalchemy import select
from sqlalchemy.orm import undefer

from hits.endpoint import lifecycle
from hits.endpoint.errors import (
    assignment_does_not_exist,
    hit_does_not_exist,
    qualification_type_does_not_exist,
    request_error,
)
from hits.endpoint.operations import Call
from hits.endpoint.system_qualifications import SYSTEM
from hits.endpoint.tables import Assignment, Hit, HitType, QualificationType, Worker


def hit(call: Call, hit_id: str, *, lock: bool = False) -> Hit:
    """The caller's HIT; with `lock`, held until the transaction ends."""
    query = select(Hit).where(Hit.hit_id == hit_id, Hit.account_seq == call.account_seq)
    found = call.session.scalars(query.options(undefer(Hit.question))).first()
    if found is None:
        raise hit_does_not_exist(hit_id)
    return lifecycle.lock_hit(call.session, found.seq) if lock else found


def hit_type(call: Call, hit_type_id: str) -> HitType:
    """The caller's HIT type."""
    query = select(HitType).where(
        HitType.hit_type_id == hit_type_id, HitType.account_seq == call.account_seq
    )
    found = call.session.scalars(query).first()
    if found is None:
        raise request_error("HITTypeDoesNotExist", f"Hit type {hit_type_id} does not exist.")
    return found


def assignment(call: Call, assignment_id: str, *, lock: bool = False) -> tuple[Assignment, Hit]:
    """The caller's assignment and its HIT; with `lock`, both as they are now and held."""
    query = (
        select(Assignment, Hit)
        .join(Hit, Hit.seq == Assignment.hit_seq)
        .where(Assignment.assignment_id == assignment_id, Hit.account_seq == call.account_seq)
        .options(undefer(Assignment.answer), undefer(Hit.question))
    )
    found = call.session.execute(query).first()
    if found is None:
        raise assignment_does_not_exist(assignment_id)
    if lock:
        lifecycle.lock_hit(call.session, found.Hit.seq)
        call.session.refresh(found.Assignment)
    return found.Assignment, found.Hit


def qualification_type(call: Call, qualification_type_id: str) -> QualificationType:
    """The caller's own qualification type; the system's are nobody's to change."""
    if qualification_type_id in SYSTEM:
        raise request_error(
            "PermissionDeniedException",
            f"Qualification type {qualification_type_id} belongs to the system.",
        )
    query = select(QualificationType).where(
        QualificationType.qualification_type_id == qualification_type_id,
        QualificationType.account_seq == call.account_seq,
        QualificationType.deleted_ms.is_(None),
    )
    found = call.session.scalars(query).first()
    if found is None:
        raise qualification_type_does_not_exist(qualification_type_id)
    return found


def worker(call: Call, worker_id: str) -> Worker:
    """A worker who has registered here."""
    found = call.session.scalars(select(Worker).where(Worker.worker_id == worker_id)).first()
    if found is None:
        raise request_error("InvalidParameterValue", f"Worker {worker_id} does not exist.")
    return found
