"""Rows → the structures of the API. Members without a value are left out, as MTurk does."""

from typing import Any

from hits.endpoint.clock import wire_time
from hits.endpoint.money import to_dollars
from hits.endpoint.system_qualifications import SYSTEM
from hits.endpoint.tables import (
    Assignment,
    Bonus,
    Hit,
    Qualification,
    QualificationRequest,
    QualificationType,
)


def hit(row: Hit) -> dict[str, Any]:
    """A HIT structure.

    Submitted but unreviewed assignments are in none of the three counters, and slots that nobody
    filled stay "available" after expiry; so clients may infer the number submitted as
    max - pending - available - completed.
    """
    shape = {
        "HITId": row.hit_id,
        "HITTypeId": row.type.hit_type_id,
        "HITGroupId": row.type.group_id,
        "HITLayoutId": row.layout_id,
        "CreationTime": wire_time(row.created_ms),
        "Title": row.type.title,
        "Description": row.type.description,
        "Question": row.question,
        "Keywords": row.type.keywords,
        "HITStatus": row.status,
        "MaxAssignments": row.max_assignments,
        "Reward": to_dollars(row.type.reward_cents),
        "AutoApprovalDelayInSeconds": row.type.auto_approval_s,
        "Expiration": wire_time(row.expires_ms),
        "AssignmentDurationInSeconds": row.type.duration_s,
        "RequesterAnnotation": row.annotation,
        "QualificationRequirements": row.type.requirements or [],
        "HITReviewStatus": row.review_status,
        "NumberOfAssignmentsPending": row.pending,
        "NumberOfAssignmentsAvailable": row.unfilled,
        "NumberOfAssignmentsCompleted": row.approved + row.rejected,
    }
    return _given(shape)


def assignment(row: Assignment, hit_id: str) -> dict[str, Any]:
    """An Assignment structure."""
    shape = {
        "AssignmentId": row.assignment_id,
        "WorkerId": row.worker.worker_id,
        "HITId": hit_id,
        "AssignmentStatus": row.state,
        "AutoApprovalTime": _time(row.auto_approval_ms),
        "AcceptTime": _time(row.accept_ms),
        "SubmitTime": _time(row.submit_ms),
        "ApprovalTime": _time(row.approval_ms),
        "RejectionTime": _time(row.rejection_ms),
        "Deadline": _time(row.deadline_ms),
        "Answer": row.answer,
        "RequesterFeedback": row.feedback,
    }
    return _given(shape)


def bonus(row: Bonus, worker_id: str, assignment_id: str) -> dict[str, Any]:
    """A BonusPayment structure."""
    return {
        "WorkerId": worker_id,
        "BonusAmount": to_dollars(row.amount_cents),
        "AssignmentId": assignment_id,
        "Reason": row.reason,
        "GrantTime": wire_time(row.granted_ms),
    }


def qualification_type(row: QualificationType) -> dict[str, Any]:
    """A QualificationType structure of the requester's own."""
    shape = {
        "QualificationTypeId": row.qualification_type_id,
        "CreationTime": wire_time(row.created_ms),
        "Name": row.name,
        "Description": row.description,
        "Keywords": row.keywords,
        "QualificationTypeStatus": "Active" if row.active else "Inactive",
        "Test": row.test,
        "TestDurationInSeconds": row.test_duration_s,
        "AnswerKey": row.answer_key,
        "RetryDelayInSeconds": row.retry_delay_s,
        "IsRequestable": row.active,
        "AutoGranted": row.auto_granted,
        "AutoGrantedValue": row.auto_granted_value,
    }
    return _given(shape)


def system_qualification_type(qualification_type_id: str) -> dict[str, Any]:
    """A QualificationType structure of the system's."""
    return {
        "QualificationTypeId": qualification_type_id,
        "Name": SYSTEM[qualification_type_id].name,
        "Description": SYSTEM[qualification_type_id].description,
        "QualificationTypeStatus": "Active",
        "IsRequestable": False,
        "AutoGranted": False,
    }


def qualification(row: Qualification) -> dict[str, Any]:
    """A Qualification structure."""
    return {
        "QualificationTypeId": row.type.qualification_type_id,
        "WorkerId": row.worker.worker_id,
        "GrantTime": wire_time(row.granted_ms),
        "IntegerValue": row.value,
        "Status": "Granted" if row.granted else "Revoked",
    }


def qualification_request(row: QualificationRequest) -> dict[str, Any]:
    """A QualificationRequest structure."""
    shape = {
        "QualificationRequestId": row.request_id,
        "QualificationTypeId": row.type.qualification_type_id,
        "WorkerId": row.worker.worker_id,
        "Test": row.test,
        "Answer": row.answer,
        "SubmitTime": _time(row.submit_ms),
    }
    return _given(shape)


def _time(ms: int | None) -> float | None:
    return None if ms is None else wire_time(ms)


def _given(shape: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shape.items() if value is not None}
