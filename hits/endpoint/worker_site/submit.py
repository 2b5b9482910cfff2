"""An answer comes in, from inside the frame: no cookie, no origin, only the token in the path.

One writing transaction; the page that says "submitted" is sent after its commit. Whatever cannot
be taken is given back on the page, so that nobody loses what they typed.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer
from starlette.responses import Response

from hits.endpoint import (
    answers,
    ids,
    lifecycle,
    live,
    qualifications,
    question,
    question_form,
    refusals,
)
from hits.endpoint.answers import Answer, UploadedFile
from hits.endpoint.errors import WorkRefused
from hits.endpoint.tables import (
    Hit,
    QualificationRequest,
    RequestState,
    State,
    Upload,
)
from hits.endpoint.worker_site import render
from hits.endpoint.worker_site.task_page import PREVIEW_TOKEN
from hits.endpoint.worker_site.visit import Visit

_ID_FIELD = "assignmentId"
_STATUS = {
    "submitted": 200,
    "already-submitted": 200,
    "wrong-assignment": 400,
    "unknown": 404,
    "incomplete": 422,
}


class _Sent(NamedTuple):
    """What the form held: fields without the assignment's id, which is apart, and files."""

    assignment_id: str
    fields: list[tuple[str, str]]
    files: tuple[UploadedFile, ...]


class _Result(NamedTuple):
    outcome: str
    done: str | None = None
    problems: Sequence[str] = ()


def receive(visit: Visit) -> Response:
    """``POST /submit/{token}/mturk/externalSubmit``."""
    typed = [(name, value) for name, value in visit.form.fields if name != _ID_FIELD]
    sent = _Sent(visit.form.get(_ID_FIELD), typed, visit.form.files)
    token = visit.path["token"]
    result = _Result("preview")
    if token != PREVIEW_TOKEN:
        result = visit.market.write(lambda session, now: _take(session, token, sent, now))
    if result.outcome in ("unknown", "wrong-assignment"):
        refusals.log(f"{result.outcome} token", "a submission")
    taken = result.outcome in ("submitted", "already-submitted")
    return render.outcome(
        visit.base,
        result.outcome,
        _STATUS.get(result.outcome, 409),
        result.done,
        [] if taken else typed,
        result.problems,
    )


def _take(session: Session, token: str, sent: _Sent, now: int) -> _Result:
    opened = live.opened_by(session, ids.digest(token))
    if opened is None:
        return _take_test(session, token, sent, now)
    hit, assignment = opened
    if sent.assignment_id not in ("", assignment.assignment_id):
        return _Result("wrong-assignment")
    asked = session.get_one(Hit, hit.seq).question if hit.is_form else None
    given, problems = _answers(asked, sent)
    if problems and assignment.state == State.ACCEPTED:
        return _Result("incomplete", None, problems)
    done = f"/assignments/{assignment.assignment_id}"
    try:
        lifecycle.submit(session, hit, assignment, answers.to_xml(given), now)
    except WorkRefused as refused:
        return _Result(refused.reason, done)
    if sent.files:
        _keep_files(session, assignment.seq, sent.files)
    return _Result("submitted", done)


def _take_test(session: Session, token: str, sent: _Sent, now: int) -> _Result:
    query = (
        select(QualificationRequest)
        .where(QualificationRequest.token_hash == ids.digest(token))
        .options(undefer(QualificationRequest.test))
        .with_for_update(of=QualificationRequest)
    )
    asked = session.scalars(query).first()
    if asked is None:
        return _Result("unknown")
    if sent.assignment_id not in ("", asked.request_id):
        return _Result("wrong-assignment")
    given, problems = _answers(asked.test, sent._replace(files=()))
    if problems and asked.state == RequestState.STARTED:
        return _Result("incomplete", None, problems)
    done = f"/qualifications/{asked.type.qualification_type_id}"
    try:
        qualifications.hand_in(session, asked, answers.to_xml(given), now)
    except WorkRefused as refused:
        return _Result(refused.reason, done)
    return _Result("submitted", done)


def _answers(asked: str | None, sent: _Sent) -> tuple[list[Answer], list[str]]:
    """The answers, and what is wrong with them; only a QuestionForm says what would be right."""
    form = question.form_of(asked) if asked is not None else None
    if form is None:
        return answers.of_fields(sent.fields, sent.files), []
    return question_form.read_answers(form, sent.fields, sent.files)


def _keep_files(session: Session, assignment_seq: int, files: tuple[UploadedFile, ...]) -> None:
    session.add_all(
        Upload(
            upload_id=one.key,
            assignment_seq=assignment_seq,
            question_id=one.name,
            file_name=one.file_name,
            media_type=one.media_type,
            size=len(one.content),
            content=one.content,
        )
        for one in files
    )
    session.flush()
