"""What came back for a batch → a results CSV with the requester site's columns.

``Input.column`` is what the template was filled with, ``Answer.field`` what was answered; the
values of a repeated field are joined with ``|``. The columns Approve and Reject are empty: the
requester site's users put an x there. Rates over a worker's life are left empty.
"""

import csv
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session, undefer

from hits.endpoint import accounts, answers
from hits.endpoint.administration import books
from hits.endpoint.batches import annotation
from hits.endpoint.clock import SECOND
from hits.endpoint.errors import EndpointError
from hits.endpoint.money import to_dollars
from hits.endpoint.tables import Assignment, Hit, State, Worker

_HANDED_IN = (State.SUBMITTED, State.APPROVED, State.REJECTED)
_HIT_COLUMNS = [
    "HITId",
    "HITTypeId",
    "Title",
    "Description",
    "Keywords",
    "Reward",
    "CreationTime",
    "MaxAssignments",
    "RequesterAnnotation",
    "AssignmentDurationInSeconds",
    "AutoApprovalDelayInSeconds",
    "Expiration",
    "NumberOfSimilarHITs",
    "LifetimeInSeconds",
]
_ASSIGNMENT_COLUMNS = [
    "AssignmentId",
    "WorkerId",
    "AssignmentStatus",
    "AcceptTime",
    "SubmitTime",
    "AutoApprovalTime",
    "ApprovalTime",
    "RejectionTime",
    "RequesterFeedback",
    "WorkTimeInSeconds",
    "LifetimeApprovalRate",
    "Last30DaysApprovalRate",
    "Last7DaysApprovalRate",
]
_REVIEW_COLUMNS = ["Approve", "Reject"]


def write_results(data: str, account: str, number: int, out: Path) -> int:
    """Write what has been handed in for a batch as the requester site would; how many rows."""

    def read(session: Session, _now: int) -> tuple[list[str], list[dict[str, str]]]:
        owner = accounts.require(session, account)
        rows = list(_handed_in(session, owner.seq, number))
        if not rows and not _exists(session, owner.seq, number):
            raise EndpointError(f"the account {account!r} has no batch {number}")
        return _table(rows)

    with books(data, exist=True) as market:
        columns, rows = market.read(read)
    _write(out, columns, rows)
    return len(rows)


def _write(out: Path, columns: list[str], rows: list[dict[str, str]]) -> None:
    """Beside the target first, so that nothing half-written ever stands there."""
    draft = out.with_name(f".{out.name}.part")
    try:
        with draft.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, quoting=csv.QUOTE_ALL)
            writer.writeheader()
            writer.writerows(rows)
        draft.replace(out)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise EndpointError(f"cannot write {out}: {error}") from error


def _exists(session: Session, account_seq: int, number: int) -> bool:
    query = select(Hit.seq).where(*_of_batch(account_seq, number)).limit(1)
    return session.scalars(query).first() is not None


def _of_batch(account_seq: int, number: int) -> tuple[Any, ...]:
    return (Hit.account_seq == account_seq, Hit.annotation == annotation(number))


def _handed_in(session: Session, account_seq: int, number: int) -> Iterable[Row[Any]]:
    query = (
        select(Hit, Assignment, Worker.worker_id)
        .join(Assignment, Assignment.hit_seq == Hit.seq)
        .join(Worker, Worker.seq == Assignment.worker_seq)
        .where(*_of_batch(account_seq, number), Assignment.state.in_(_HANDED_IN))
        .order_by(Hit.seq, Assignment.submit_ms, Assignment.seq)
        .options(undefer(Hit.inputs), undefer(Assignment.answer))
    )
    return session.execute(query)


def _table(rows: list[Row[Any]]) -> tuple[list[str], list[dict[str, str]]]:
    """Column names in the requester site's order, and the cells."""
    inputs: dict[str, None] = {}
    given: dict[str, None] = {}
    lines = []
    for row in rows:
        hit, assignment, worker_id = row.Hit, row.Assignment, row.worker_id
        line = _hit_cells(hit) | _assignment_cells(assignment, worker_id)
        for name, value in (hit.inputs or {}).items():
            line[f"Input.{name}"] = value
            inputs[f"Input.{name}"] = None
        for name, value in answers.fields(assignment.answer or ""):
            line[f"Answer.{name}"] = value
            given[f"Answer.{name}"] = None
        lines.append(line)
    names = _HIT_COLUMNS + _ASSIGNMENT_COLUMNS + [*inputs] + sorted(given) + _REVIEW_COLUMNS
    return names, lines


def _hit_cells(hit: Hit) -> dict[str, str]:
    values = (
        hit.hit_id,
        hit.type.hit_type_id,
        hit.type.title,
        hit.type.description,
        hit.type.keywords or "",
        f"${to_dollars(hit.type.reward_cents)}",
        _moment(hit.created_ms),
        hit.max_assignments,
        hit.annotation or "",
        hit.type.duration_s,
        hit.type.auto_approval_s,
        _moment(hit.expires_ms),
        "",
        (hit.expires_ms - hit.created_ms) // SECOND,
    )
    return dict(zip(_HIT_COLUMNS, map(str, values), strict=True))


def _assignment_cells(assignment: Assignment, worker_id: str) -> dict[str, str]:
    submitted = assignment.submit_ms or 0
    values = (
        assignment.assignment_id,
        worker_id,
        assignment.state,
        _moment(assignment.accept_ms),
        _moment(submitted),
        _moment(assignment.auto_approval_ms),
        _moment(assignment.approval_ms),
        _moment(assignment.rejection_ms),
        assignment.feedback or "",
        (submitted - assignment.accept_ms) // SECOND,
        "",
        "",
        "",
    )
    return dict(zip(_ASSIGNMENT_COLUMNS, map(str, values), strict=True))


def _moment(ms: int | None) -> str:
    """As the requester site writes it: ``Tue Mar 03 14:05:06 UTC 2026``."""
    if ms is None:
        return ""
    return datetime.fromtimestamp(ms / SECOND, UTC).strftime("%a %b %d %H:%M:%S UTC %Y")
