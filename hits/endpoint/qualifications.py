"""Who has which qualification: the only place that grants, revokes or decides a request.

A worker asks for a qualification, takes its test if there is one, and has it at once (granted
automatically, or scored by an answer key) or when the requester says so. A second try is possible
only where the type names a retry delay, counted from the moment at which the first one began.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hits.endpoint import ids, question_form
from hits.endpoint.clock import SECOND
from hits.endpoint.errors import WorkRefused
from hits.endpoint.tables import (
    Qualification,
    QualificationRequest,
    QualificationType,
    RequestState,
    Worker,
)


def held(session: Session, type_seq: int, worker_seq: int) -> Qualification | None:
    """What the worker has or had of this type."""
    return session.get(Qualification, (worker_seq, type_seq))


def grant(
    session: Session, kind: QualificationType, worker: Worker, value: int, now: int
) -> Qualification:
    """Give it, or change its value; a pending request is thereby granted."""
    found = held(session, kind.seq, worker.seq)
    if found is None:
        found = Qualification(worker_seq=worker.seq, type_seq=kind.seq, worker=worker, type=kind)
        session.add(found)
    found.value, found.granted, found.granted_ms, found.reason = value, True, now, None
    for request in _of(session, kind, worker, RequestState.PENDING, RequestState.STARTED):
        request.state = RequestState.GRANTED
    session.flush()
    return found


def revoke(session: Session, qualification: Qualification, reason: str | None) -> None:
    """Take it away; that it was held stays in the books."""
    qualification.granted, qualification.reason = False, reason
    session.flush()


def reject(session: Session, request: QualificationRequest, reason: str | None) -> None:
    """Decline a pending request."""
    request.state, request.reason = RequestState.REJECTED, reason
    session.flush()


def request(
    session: Session, kind: QualificationType, worker: Worker, now: int
) -> QualificationRequest:
    """The worker asks; raises WorkRefused with the reason where that is not possible now."""
    if going_on := open_request(session, kind, worker, now):
        return going_on
    if obstacle := obstacle_to_request(session, kind, worker, now):
        raise WorkRefused(obstacle)
    made = QualificationRequest(
        request_id=ids.entity_id(),
        type_seq=kind.seq,
        worker_seq=worker.seq,
        worker=worker,
        type=kind,
        state=RequestState.STARTED if kind.test else RequestState.PENDING,
        test=kind.test,
        begun_ms=now,
        deadline_ms=now + (kind.test_duration_s or 0) * SECOND if kind.test else None,
        submit_ms=None if kind.test else now,
    )
    session.add(made)
    session.flush()
    if kind.auto_granted:
        grant(session, kind, worker, _or_one(kind.auto_granted_value), now)
    return made


def open_request(
    session: Session, kind: QualificationType, worker: Worker, now: int
) -> QualificationRequest | None:
    """A request that waits for its test or for the requester."""
    waiting = _of(session, kind, worker, RequestState.STARTED, RequestState.PENDING)
    return next((one for one in waiting if not is_over(one, now)), None)


def is_over(request: QualificationRequest, now: int) -> bool:
    """Whether the time for a test ran out before it was handed in."""
    late = request.deadline_ms is not None and request.deadline_ms <= now
    return request.state == RequestState.STARTED and late


def obstacle_to_request(
    session: Session, kind: QualificationType, worker: Worker, now: int
) -> str | None:
    """Why the worker cannot ask now: a word of the worker site's contract, None if they can."""
    if not kind.active or kind.deleted_ms is not None:
        return "not-requestable"
    last = max((one.begun_ms for one in _of(session, kind, worker)), default=None)
    has = held(session, kind.seq, worker.seq)
    if last is None:
        return "already-qualified" if has and has.granted else None
    if kind.retry_delay_s is None:
        return "already-qualified" if has and has.granted else "no-retry"
    return "retry-later" if now < last + kind.retry_delay_s * SECOND else None


def next_request_ms(session: Session, kind: QualificationType, worker: Worker) -> int | None:
    """When the worker may ask again, None if never, or at once."""
    last = max((one.begun_ms for one in _of(session, kind, worker)), default=None)
    if last is None or kind.retry_delay_s is None:
        return None
    return last + kind.retry_delay_s * SECOND


def last_reason(session: Session, kind: QualificationType, worker: Worker) -> str | None:
    """What the requester said when they last declined or revoked."""
    has = held(session, kind.seq, worker.seq)
    said = [one.reason for one in _of(session, kind, worker, RequestState.REJECTED)]
    return has.reason if has else (said[-1] if said else None)


def hand_in(session: Session, request: QualificationRequest, answer: str, now: int) -> None:
    """Take the answers of a test; with an answer key they decide at once."""
    if request.state != RequestState.STARTED:
        raise WorkRefused("already-submitted")
    if is_over(request, now):
        raise WorkRefused("abandoned")
    request.answer, request.submit_ms = answer, now
    request.state = RequestState.PENDING
    if request.type.answer_key:
        score = question_form.score(request.type.answer_key, answer)
        grant(session, request.type, request.worker, score, now)
    session.flush()


def _of(
    session: Session, kind: QualificationType, worker: Worker, *states: RequestState
) -> list[QualificationRequest]:
    query = select(QualificationRequest).where(
        QualificationRequest.worker_seq == worker.seq, QualificationRequest.type_seq == kind.seq
    )
    if states:
        query = query.where(QualificationRequest.state.in_(states))
    return list(session.scalars(query.order_by(QualificationRequest.seq)))


def _or_one(value: int | None) -> int:
    return 1 if value is None else value
