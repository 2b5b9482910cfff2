"""An answer comes in, from inside the frame: no cookie, no origin, only the token in the path.

One writing transaction; the page that says "submitted" is sent after its commit. Whatever cannot
be taken is given back on the page, so that nobody loses what they typed.
"""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from hits.endpoint import answers, ids, lifecycle
from hits.endpoint.errors import WorkRefused
from hits.endpoint.tables import Assignment, SubmitToken
from hits.endpoint.worker_site import render
from hits.endpoint.worker_site.visit import Visit
from hits.endpoint.worker_site.work import PREVIEW_TOKEN

_ID_FIELD = "assignmentId"
_STATUS = {
    "submitted": 200,
    "already-submitted": 200,
    "wrong-assignment": 400,
    "unknown": 404,
    "files": 415,
}


class _Result(NamedTuple):
    outcome: str
    assignment_id: str | None = None


def receive(visit: Visit) -> Response:
    """``POST /submit/{token}/mturk/externalSubmit``."""
    typed = [(name, value) for name, value in visit.form.fields if name != _ID_FIELD]
    result = _outcome(visit, typed)
    taken = result.outcome in ("submitted", "already-submitted")
    return render.outcome(
        visit.base,
        result.outcome,
        _STATUS.get(result.outcome, 409),
        f"/assignments/{result.assignment_id}" if result.assignment_id else None,
        [] if taken else typed,
    )


def _outcome(visit: Visit, typed: list[tuple[str, str]]) -> _Result:
    token = visit.path["token"]
    if token == PREVIEW_TOKEN:
        return _Result("preview")
    if visit.form.files:
        return _Result("files")
    answer = answers.to_xml(typed)

    def write(session: Session, now: int) -> _Result:
        return _take(session, token, visit.form.get(_ID_FIELD), answer, now)

    return visit.market.write(write)


def _take(session: Session, token: str, claimed: str, answer: str, now: int) -> _Result:
    query = (
        select(Assignment)
        .join(SubmitToken, SubmitToken.assignment_seq == Assignment.seq)
        .where(SubmitToken.token_hash == ids.digest(token))
    )
    assignment = session.scalars(query).first()
    if assignment is None:
        return _Result("unknown")
    if claimed not in ("", assignment.assignment_id):
        return _Result("wrong-assignment")
    hit = lifecycle.lock_hit(session, assignment.hit_seq)
    session.refresh(assignment)
    try:
        lifecycle.submit(session, hit, assignment, answer, now)
    except WorkRefused as refused:
        return _Result(refused.reason, assignment.assignment_id)
    return _Result("submitted", assignment.assignment_id)
