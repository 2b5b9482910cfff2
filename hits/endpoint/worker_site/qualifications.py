"""What a worker is qualified for; asking for more, and taking the tests."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer
from starlette.responses import Response

from hits.endpoint import ids, question
from hits.endpoint import qualifications as books
from hits.endpoint.errors import WorkRefused
from hits.endpoint.system_qualifications import (
    APPROVED,
    LOCALE,
    PERCENT_APPROVED,
    SYSTEM,
    Record,
)
from hits.endpoint.tables import (
    Qualification,
    QualificationRequest,
    QualificationType,
    RequestState,
    Worker,
)
from hits.endpoint.worker_site import frame, people, render, task_page
from hits.endpoint.worker_site.render import Notice
from hits.endpoint.worker_site.visit import Visit, go

_SHOWN = (APPROVED, PERCENT_APPROVED, LOCALE)
_MOST = 200


@dataclass(frozen=True)
class Line:
    """One row of a worker's list: a qualification of somebody's, or a request for one."""

    kind: QualificationType
    state: str
    value: int | None


def show(visit: Visit) -> Response:
    """Everything the worker has, had, or has asked for; and what the system counts."""

    def read(session: Session, now: int) -> Response:
        worker = people.worker_of(session, visit.secret, now)
        if worker is None:
            return go("/")
        record = Record(session, worker)
        return render.page(
            "qualifications.html",
            signed_in=worker.worker_id,
            csrf=visit.csrf,
            worker=worker,
            counted=[(SYSTEM[one].name, record.value(one)) for one in _SHOWN],
            lines=_lines(session, worker, now),
        )

    return visit.market.read(read)


def _lines(session: Session, worker: Worker, now: int) -> list[Line]:
    had = session.scalars(
        select(Qualification).where(Qualification.worker_seq == worker.seq).limit(_MOST)
    )
    lines = {
        one.type_seq: Line(one.type, "held" if one.granted else "revoked", one.value) for one in had
    }
    asked = session.scalars(
        select(QualificationRequest)
        .where(QualificationRequest.worker_seq == worker.seq)
        .order_by(QualificationRequest.seq.desc())
        .limit(_MOST)
    )
    for one in asked:
        lines.setdefault(one.type_seq, Line(one.type, _state(one, now), None))
    return [line for line in lines.values() if line.kind.deleted_ms is None]


def _state(request: QualificationRequest, now: int) -> str:
    return "abandoned" if books.is_over(request, now) else request.state.lower()


def show_type(visit: Visit) -> Response:
    """One qualification: what it is, how the worker stands to it, and how to ask for it."""

    def read(session: Session, now: int) -> Response:
        worker = people.worker_of(session, visit.secret, now)
        if worker is None:
            return go("/")
        kind = _type(session, visit.entity("type_id"))
        lines = {line.kind.seq: line for line in _lines(session, worker, now)}
        line = lines.get(kind.seq, Line(kind, "none", None))
        going_on = books.open_request(session, kind, worker, now)
        obstacle = books.obstacle_to_request(session, kind, worker, now)
        return render.page(
            "qualification.html",
            signed_in=worker.worker_id,
            csrf=visit.csrf,
            line=line,
            going_on=going_on,
            can_request=going_on is None and obstacle is None,
            again_ms=books.next_request_ms(session, kind, worker),
            reason=books.last_reason(session, kind, worker),
        )

    return visit.market.read(read)


def request(visit: Visit) -> Response:
    """Ask for it; with a test, begin the test."""

    def write(session: Session, now: int) -> str:
        worker = people.require_worker(session, visit, now)
        kind = _type(session, visit.entity("type_id"))
        try:
            made = books.request(session, kind, worker, now)
        except WorkRefused as refused:
            raise Notice(refused.reason, 409) from refused
        if made.state == RequestState.STARTED:
            return f"/tests/{made.request_id}"
        return f"/qualifications/{kind.qualification_type_id}"

    return go(visit.market.write(write))


def show_test(visit: Visit) -> Response:
    """The test in its frame, until it is handed in or its time is over."""

    def write(session: Session, now: int) -> Response:
        worker = people.worker_of(session, visit.secret, now)
        if worker is None:
            return go("/")
        asked = _request(session, visit.entity("request_id"))
        if asked.worker_seq != worker.seq:
            raise Notice("unknown", 404)
        if asked.state != RequestState.STARTED or books.is_over(asked, now):
            return go(f"/qualifications/{asked.type.qualification_type_id}")
        # The session that looked last is the one whose answers are taken.
        token = visit.submit_token(asked.request_id)
        asked.token_hash = ids.digest(token)
        return render.page(
            "test.html",
            signed_in=worker.worker_id,
            csrf=visit.csrf,
            kind=asked.type,
            seconds=task_page.seconds_left(asked.deadline_ms or now, now),
            src=task_page.frame_address(
                f"/frame/tests/{asked.request_id}",
                {"assignmentId": asked.request_id, "turkSubmitTo": visit.submit_to(token)},
            ),
            sandbox=render.SANDBOX,
        )

    return visit.market.write(write)


def show_frame(visit: Visit) -> Response:
    """The page inside the test's frame."""

    def read(session: Session, _now: int) -> str:
        return _request(session, visit.entity("request_id")).test or ""

    html = question.parse(visit.market.read(read)).html or ""
    return frame.framed(visit, html)


def _type(session: Session, qualification_type_id: str) -> QualificationType:
    query = select(QualificationType).where(
        QualificationType.qualification_type_id == qualification_type_id,
        QualificationType.deleted_ms.is_(None),
    )
    found = session.scalars(query).first()
    if found is None:
        raise Notice("unknown", 404)
    return found


def _request(session: Session, request_id: str) -> QualificationRequest:
    query = select(QualificationRequest).where(QualificationRequest.request_id == request_id)
    found = session.scalars(query.options(undefer(QualificationRequest.test))).first()
    if found is None:
        raise Notice("unknown", 404)
    return found
