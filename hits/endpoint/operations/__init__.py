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
    """One request: whose, when (milliseconds), with which parameters, in which transaction."""

    session: Session
    now: int
    account_seq: int
    params: dict[str, Any]


class Operation(NamedTuple):
    """Where an operation's function lives, as ``module:function``, and whether it writes."""

    where: str
    writes: bool = False


OPERATIONS: dict[str, Operation] = {
    "ApproveAssignment": Operation("assignments:approve_assignment", writes=True),
    "CreateAdditionalAssignmentsForHIT": Operation(
        "hit_changes:create_additional_assignments_for_hit", writes=True
    ),
    "CreateHIT": Operation("hits:create_hit", writes=True),
    "CreateHITType": Operation("hit_types:create_hit_type", writes=True),
    "CreateHITWithHITType": Operation("hits:create_hit_with_hit_type", writes=True),
    "DeleteHIT": Operation("hit_changes:delete_hit", writes=True),
    "GetAccountBalance": Operation("account:get_account_balance"),
    "GetAssignment": Operation("assignments:get_assignment"),
    "GetHIT": Operation("hits:get_hit"),
    "ListAssignmentsForHIT": Operation("assignments:list_assignments_for_hit"),
    "ListBonusPayments": Operation("bonuses:list_bonus_payments"),
    "ListHITs": Operation("hits:list_hits"),
    "ListReviewableHITs": Operation("hits:list_reviewable_hits"),
    "RejectAssignment": Operation("assignments:reject_assignment", writes=True),
    "SendBonus": Operation("bonuses:send_bonus", writes=True),
    "UpdateExpirationForHIT": Operation("hit_changes:update_expiration_for_hit", writes=True),
    "UpdateHITReviewStatus": Operation("hit_changes:update_hit_review_status", writes=True),
    "UpdateHITTypeOfHIT": Operation("hit_changes:update_hit_type_of_hit", writes=True),
}


def load(operation: Operation) -> Callable[[Call], dict[str, Any]]:
    """The function behind a table line."""
    module, name = operation.where.split(":")
    function = getattr(import_module(f"{__name__}.{module}"), name)
    return cast(Callable[[Call], dict[str, Any]], function)
