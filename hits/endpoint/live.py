"""A HIT and an assignment as plain records: what accepting and submitting look at and change.

They are read and written by prepared statements, and changed by ``lifecycle`` alone, by the very
rules that hold for the mapped rows.
"""

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, insert, select, update
from sqlalchemy.orm import Session

from hits.endpoint.prepared import Prepared, from_json
from hits.endpoint.tables import GIVEN_UP, Assignment, Hit, HitType, State, SubmitToken


@dataclass(slots=True)
class LiveType:
    """A HIT type, as far as its HITs' lives need it."""

    hit_type_id: str
    group_id: str
    account_seq: int
    reward_cents: int
    duration_s: int
    auto_approval_s: int
    listens: bool
    requirements: Any


@dataclass(slots=True)
class LiveHit:
    """A HIT whose row is held until the transaction ends."""

    type: LiveType
    seq: int
    hit_id: str
    account_seq: int
    type_seq: int
    max_assignments: int
    expires_ms: int
    status: str
    pending: int
    submitted: int
    approved: int
    rejected: int
    held_cents: int
    reviewable_ms: int | None
    due_ms: int | None
    has_policies: bool
    is_form: bool

    @property
    def unfilled(self) -> int:
        """Slots that nobody holds and nobody has filled."""
        taken = self.pending + self.submitted + self.approved + self.rejected
        return self.max_assignments - taken


@dataclass(slots=True)
class LiveAssignment:
    """One worker's hold on a HIT."""

    seq: int
    assignment_id: str
    state: str
    answer: str | None = None
    submit_ms: int | None = None
    auto_approval_ms: int | None = None


_TYPE = [getattr(HitType, one.name) for one in fields(LiveType)]
_HIT = [getattr(Hit, one.name) for one in fields(LiveHit) if one.name != "type"]


def columns() -> list[ColumnElement[Any]]:
    """What `of_row` reads, each under a name of its own."""
    return [one.label(f"v{at}") for at, one in enumerate([*_TYPE, *_HIT])]


def of_row(row: Row[Any], first: int = 0) -> LiveHit:
    """The HIT in a row of `columns`, which begin at `first`."""
    middle = first + len(_TYPE)
    kind = LiveType(*row[first:middle])
    kind.requirements = from_json(kind.requirements)
    return LiveHit(kind, *row[middle : middle + len(_HIT)])


def select_hits() -> Select[Any]:
    """HITs with their types, as `of_row` reads them."""
    return select(*columns()).join_from(Hit, HitType, HitType.seq == Hit.type_seq)


_BY_SEQ = Prepared(select_hits().where(Hit.seq == bindparam("hit")).with_for_update(of=Hit))
_HELD = Prepared(
    select(Assignment.seq, Assignment.assignment_id, Assignment.state).where(
        Assignment.hit_seq == bindparam("hit"),
        Assignment.worker_seq == bindparam("worker"),
        *(Assignment.state != given_up.value for given_up in GIVEN_UP),
    )
)
_SAVED = ("status", "pending", "submitted", "held_cents", "reviewable_ms", "due_ms")
_SAVE = Prepared(
    update(Hit)
    .where(Hit.seq == bindparam("hit"))
    .values({getattr(Hit, name): bindparam(f"new_{name}") for name in _SAVED})
)
_ACCEPT = Prepared(
    insert(Assignment)
    .values(
        {
            name: bindparam(name)
            for name in (
                "assignment_id",
                "hit_seq",
                "worker_seq",
                "state",
                "accept_ms",
                "deadline_ms",
            )
        }
    )
    .returning(Assignment.seq)
)
_SUBMIT = Prepared(
    update(Assignment)
    .where(Assignment.seq == bindparam("assignment"), Assignment.state == State.ACCEPTED.value)
    .values(
        {
            getattr(Assignment, name): bindparam(f"new_{name}")
            for name in ("state", "answer", "submit_ms", "auto_approval_ms")
        }
    )
)
_KNOWN = Prepared(
    select(SubmitToken.assignment_seq).where(SubmitToken.token_hash == bindparam("token"))
)
_OPENED = Prepared(
    select(
        Assignment.seq.label("seq"),
        Assignment.assignment_id.label("assignment_id"),
        Assignment.hit_seq.label("hit_seq"),
    )
    .join_from(SubmitToken, Assignment, Assignment.seq == SubmitToken.assignment_seq)
    .where(SubmitToken.token_hash == bindparam("token"))
)
_STATE = Prepared(select(Assignment.state).where(Assignment.seq == bindparam("assignment")))
_TOKEN = Prepared(
    insert(SubmitToken).values(
        token_hash=bindparam("token"), assignment_seq=bindparam("assignment")
    )
)


def lock(session: Session, hit_seq: int) -> LiveHit:
    """The HIT as it is now, held until the transaction ends."""
    row = _BY_SEQ.first(session, hit=hit_seq)
    if row is None:
        raise LookupError(f"there is no HIT with the number {hit_seq}")
    return of_row(row)


def opened_by(session: Session, token_hash: str) -> tuple[LiveHit, LiveAssignment] | None:
    """What a submit token opens: the HIT, held, and the assignment as it is then."""
    found = _OPENED.first(session, token=token_hash)
    if found is None:
        return None
    hit = lock(session, found.hit_seq)
    row = _STATE.first(session, assignment=found.seq)
    state: str = row[0] if row else State.ABANDONED.value
    return hit, LiveAssignment(found.seq, found.assignment_id, state)


def held_by(session: Session, hit: LiveHit, worker_seq: int) -> LiveAssignment | None:
    """The assignment with which a worker occupies a slot of the HIT."""
    row = _HELD.first(session, hit=hit.seq, worker=worker_seq)
    return LiveAssignment(row[0], row[1], row[2]) if row else None


def save(session: Session, hit: LiveHit) -> None:
    """Write back what accepting and submitting can change."""
    new = {f"new_{name}": getattr(hit, name) for name in _SAVED}
    _SAVE.run(session, hit=hit.seq, **new)


def add_assignment(
    session: Session, hit: LiveHit, worker_seq: int, assignment_id: str, now: int, deadline: int
) -> LiveAssignment:
    """A new hold on the HIT."""
    row = _ACCEPT.first(
        session,
        assignment_id=assignment_id,
        hit_seq=hit.seq,
        worker_seq=worker_seq,
        state=State.ACCEPTED.value,
        accept_ms=now,
        deadline_ms=deadline,
    )
    seq: int = row[0] if row else 0
    return LiveAssignment(seq, assignment_id, State.ACCEPTED.value)


def save_submission(session: Session, assignment: LiveAssignment) -> None:
    """Write the answer and its moments."""
    names = ("state", "answer", "submit_ms", "auto_approval_ms")
    new = {f"new_{name}": getattr(assignment, name) for name in names}
    _SUBMIT.run(session, assignment=assignment.seq, **new)


def add_token(session: Session, token_hash: str, assignment: LiveAssignment) -> None:
    """Let a submit token open the assignment, if it does not yet."""
    if _KNOWN.first(session, token=token_hash) is None:
        _TOKEN.run(session, token=token_hash, assignment=assignment.seq)
