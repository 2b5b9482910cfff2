"""ListReviewPolicyResultsForHIT: what review policies found and did."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import undefer

from hits.endpoint.clock import wire_time
from hits.endpoint.operations import Call, lookup, pages
from hits.endpoint.reviews.apply import ASSIGNMENT, HIT
from hits.endpoint.tables import Hit, ReviewAction, ReviewResult

_OPERATION = "ListReviewPolicyResultsForHIT"
_REPORTS = {ASSIGNMENT: "AssignmentReviewReport", HIT: "HITReviewReport"}
_TABLES: tuple[type[ReviewResult] | type[ReviewAction], ...] = (ReviewResult, ReviewAction)


def list_review_policy_results_for_hit(call: Call) -> dict[str, Any]:
    """Results, then actions, in the order in which they came; a page counts both together."""
    params = call.params
    hit = lookup.hit(call, params["HITId"])
    levels = params.get("PolicyLevels") or [ASSIGNMENT, HIT]
    rows = _rows(call, hit, levels, pages.start(_OPERATION, params, 2))
    shown = rows[: pages.size(params)]
    answer: dict[str, Any] = {"HITId": hit.hit_id} | _policies(call, hit)
    for level in levels:
        answer[_REPORTS[level]] = _report([row for row in shown if row.level == level])
    if len(rows) > len(shown):
        last = shown[-1]
        position = (_TABLES.index(type(last)), last.seq)
        answer["NextToken"] = pages.token(_OPERATION, position)
    return answer


def _rows(
    call: Call, hit: Hit, levels: list[str], after: tuple[int, ...] | None
) -> list[ReviewResult | ReviewAction]:
    """One more than a page of what was asked for."""
    wanted = (call.params.get("RetrieveResults", True), call.params.get("RetrieveActions", True))
    rows: list[ReviewResult | ReviewAction] = []
    for number, table in enumerate(_TABLES):
        most = pages.size(call.params) + 1 - len(rows)
        if not wanted[number] or (after and number < after[0]) or most <= 0:
            continue
        from_seq = after[1] if after and number == after[0] else -1
        query = select(table).where(
            table.hit_seq == hit.seq, table.level.in_(levels), table.seq > from_seq
        )
        found: Any = call.session.scalars(query.order_by(table.seq).limit(most)).all()
        rows += found
    return rows


def _policies(call: Call, hit: Hit) -> dict[str, Any]:
    query = select(Hit).where(Hit.seq == hit.seq).execution_options(populate_existing=True)
    loaded = call.session.scalars(
        query.options(undefer(Hit.assignment_policy), undefer(Hit.hit_policy))
    ).one()
    given = {
        "AssignmentReviewPolicy": loaded.assignment_policy,
        "HITReviewPolicy": loaded.hit_policy,
    }
    return {name: policy for name, policy in given.items() if policy is not None}


def _report(rows: list[ReviewResult | ReviewAction]) -> dict[str, Any]:
    return {
        "ReviewResults": [_result(row) for row in rows if isinstance(row, ReviewResult)],
        "ReviewActions": [_action(row) for row in rows if isinstance(row, ReviewAction)],
    }


def _result(row: ReviewResult) -> dict[str, Any]:
    shape = {
        "ActionId": row.action_id,
        "SubjectId": row.subject_id,
        "SubjectType": row.subject_type,
        "QuestionId": row.question_id,
        "Key": row.key,
        "Value": row.value,
    }
    return {name: value for name, value in shape.items() if value is not None}


def _action(row: ReviewAction) -> dict[str, Any]:
    shape = {
        "ActionId": row.action_id,
        "ActionName": row.name,
        "TargetId": row.target_id,
        "TargetType": row.target_type,
        "Status": row.status,
        "CompleteTime": wire_time(row.complete_ms),
        "Result": row.result,
        "ErrorCode": row.error_code,
    }
    return {name: value for name, value in shape.items() if value is not None}
