"""The operations of the API: one file per family, one line per operation.

To add an operation, write a function ``(call: Call) -> dict`` in its family's file and name it in
the table. Parameters arrive checked against the service model; what is returned is sent as JSON;
a ``WireError`` is a refusal and undoes the transaction. Operations that write say so, and run in
one writing transaction.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NamedTuple, cast

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Call:
    """One request: whose, when (milliseconds), with which parameters, in which transaction.

    `base` is the address of the server as the caller knows it.
    """

    session: Session
    now: int
    account_seq: int
    params: dict[str, Any]
    base: str = ""


class Operation(NamedTuple):
    """Where an operation's function lives, as ``module:function``, and whether it writes."""

    where: str
    writes: bool = False


OPERATIONS: dict[str, Operation] = {
    "AcceptQualificationRequest": Operation(
        "qualifications:accept_qualification_request", writes=True
    ),
    "ApproveAssignment": Operation("assignments:approve_assignment", writes=True),
    "AssociateQualificationWithWorker": Operation(
        "qualifications:associate_qualification_with_worker", writes=True
    ),
    "CreateAdditionalAssignmentsForHIT": Operation(
        "hit_changes:create_additional_assignments_for_hit", writes=True
    ),
    "CreateHIT": Operation("hits:create_hit", writes=True),
    "CreateHITType": Operation("hit_types:create_hit_type", writes=True),
    "CreateHITWithHITType": Operation("hits:create_hit_with_hit_type", writes=True),
    "CreateQualificationType": Operation(
        "qualification_types:create_qualification_type", writes=True
    ),
    "CreateWorkerBlock": Operation("blocks:create_worker_block", writes=True),
    "DeleteHIT": Operation("hit_changes:delete_hit", writes=True),
    "DeleteQualificationType": Operation(
        "qualification_types:delete_qualification_type", writes=True
    ),
    "DeleteWorkerBlock": Operation("blocks:delete_worker_block", writes=True),
    "DisassociateQualificationFromWorker": Operation(
        "qualifications:disassociate_qualification_from_worker", writes=True
    ),
    "GetAccountBalance": Operation("account:get_account_balance"),
    "GetAssignment": Operation("assignments:get_assignment"),
    "GetFileUploadURL": Operation("uploads:get_file_upload_url"),
    "GetHIT": Operation("hits:get_hit"),
    "GetQualificationScore": Operation("qualifications:get_qualification_score"),
    "GetQualificationType": Operation("qualification_types:get_qualification_type"),
    "ListAssignmentsForHIT": Operation("assignments:list_assignments_for_hit"),
    "ListBonusPayments": Operation("bonuses:list_bonus_payments"),
    "ListHITs": Operation("hits:list_hits"),
    "ListHITsForQualificationType": Operation(
        "qualification_types:list_hits_for_qualification_type"
    ),
    "ListQualificationRequests": Operation("qualifications:list_qualification_requests"),
    "ListQualificationTypes": Operation("qualification_types:list_qualification_types"),
    "ListReviewPolicyResultsForHIT": Operation("reviews:list_review_policy_results_for_hit"),
    "ListReviewableHITs": Operation("hits:list_reviewable_hits"),
    "ListWorkerBlocks": Operation("blocks:list_worker_blocks"),
    "ListWorkersWithQualificationType": Operation(
        "qualifications:list_workers_with_qualification_type"
    ),
    "NotifyWorkers": Operation("messages:notify_workers", writes=True),
    "RejectAssignment": Operation("assignments:reject_assignment", writes=True),
    "RejectQualificationRequest": Operation(
        "qualifications:reject_qualification_request", writes=True
    ),
    "SendBonus": Operation("bonuses:send_bonus", writes=True),
    "SendTestEventNotification": Operation("notifications:send_test_event_notification"),
    "UpdateExpirationForHIT": Operation("hit_changes:update_expiration_for_hit", writes=True),
    "UpdateHITReviewStatus": Operation("hit_changes:update_hit_review_status", writes=True),
    "UpdateHITTypeOfHIT": Operation("hit_changes:update_hit_type_of_hit", writes=True),
    "UpdateNotificationSettings": Operation(
        "notifications:update_notification_settings", writes=True
    ),
    "UpdateQualificationType": Operation(
        "qualification_types:update_qualification_type", writes=True
    ),
}


def load(operation: Operation) -> Callable[[Call], dict[str, Any]]:
    """The function behind a table line."""
    module, name = operation.where.split(":")
    function = getattr(import_module(f"{__name__}.{module}"), name)
    return cast(Callable[[Call], dict[str, Any]], function)
