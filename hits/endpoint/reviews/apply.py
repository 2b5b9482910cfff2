"""Carry out review policies, in the transaction that gave rise to them.

Each step stands in the books with its outcome. An action that cannot be done (no funds to extend,
an assignment that has been reviewed already) fails by itself, and what gave rise to it goes on.
"""

from collections.abc import Callable, Iterable

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, undefer

from hits.endpoint import ids, lifecycle
from hits.endpoint.clock import SECOND
from hits.endpoint.errors import WireError
from hits.endpoint.reviews import given_answers, known_answers, plurality, policy
from hits.endpoint.reviews.policy import Policy
from hits.endpoint.tables import (
    Assignment,
    Hit,
    HitStatus,
    ReviewAction,
    ReviewResult,
    State,
)

ASSIGNMENT, HIT = "Assignment", "HIT"
_HANDED_IN = (State.SUBMITTED, State.APPROVED, State.REJECTED)


def apply(session: Session, now: int) -> None:
    """Look at everything that ``lifecycle`` noted in this transaction, until nothing is left."""
    while noted := lifecycle.take_noted(session):
        for seq in noted.submitted:
            _review_assignment(session, session.get_one(Assignment, seq), now)
        for seq in noted.reviewable:
            _review_hit(session, lifecycle.lock_hit(session, seq), now)


def _review_assignment(session: Session, assignment: Assignment, now: int) -> None:
    hit = lifecycle.lock_hit(session, assignment.hit_seq)
    if hit.assignment_policy is None or assignment.state != State.SUBMITTED:
        return
    asked = policy.read(hit.assignment_policy)
    score = known_answers.score(asked, given_answers.read(assignment.answer or ""))
    note = _Notes(session, hit, ASSIGNMENT, now)
    review = note.action("review", assignment, _reviewed(score))
    for question, correct in score.correct.items():
        note.result(review, assignment, "KnownAnswerCorrect", str(int(correct)), question)
    note.result(review, assignment, "KnownAnswerScore", str(score.percent))
    _decide(
        note,
        assignment,
        score.percent,
        asked.number("ApproveIfKnownAnswerScoreIsAtLeast"),
        asked.number("RejectIfKnownAnswerScoreIsLessThan"),
        asked,
    )
    floor = asked.number("ExtendIfKnownAnswerScoreIsLessThan")
    if floor is not None and score.percent < floor:
        _extend(note, asked)


def _review_hit(session: Session, hit: Hit, now: int) -> None:
    if hit.hit_policy is None or hit.status != HitStatus.REVIEWABLE:
        return
    asked = policy.read(hit.hit_policy)
    assignments = {one.assignment_id: one for one in _counted(session, hit, asked)}
    _forget_earlier(session, hit)
    if not assignments:
        return
    given = {key: given_answers.read(one.answer or "") for key, one in assignments.items()}
    found = plurality.agreement(asked, given)
    note = _Notes(session, hit, HIT, now)
    review = note.action("review", hit, f"Reviewed {len(given)} submissions")
    for question, (answer, percent) in found.agreed.items():
        note.result(review, hit, "PluralityAnswer", "|".join(sorted(answer)), question)
        note.result(review, hit, "PluralityLevel", str(percent), question)
        for key, one in assignments.items():
            agrees = int(given[key].get(question) == answer)
            note.result(review, one, "AgreedWithPlurality", str(agrees), question)
    note.result(review, hit, "HITAgreementScore", str(found.hit_score))
    for key, one in assignments.items():
        _review_worker(note, review, one, found.workers[key], asked)
    floor = asked.number("ExtendIfHITAgreementScoreIsLessThan")
    if floor is not None and found.hit_score < floor:
        _extend(note, asked)


def _review_worker(
    note: "_Notes", review: str, assignment: Assignment, score: int | None, asked: Policy
) -> None:
    if score is None:
        return
    note.result(review, assignment, "WorkerAgreementScore", str(score))
    _decide(
        note,
        assignment,
        score,
        asked.number("ApproveIfWorkerAgreementScoreIsAtLeast"),
        asked.number("RejectIfWorkerAgreementScoreIsLessThan"),
        asked,
    )


def _counted(session: Session, hit: Hit, asked: Policy) -> Iterable[Assignment]:
    """The submissions that the plurality is taken over."""
    query = (
        select(Assignment)
        .where(Assignment.hit_seq == hit.seq, Assignment.state.in_(_HANDED_IN))
        .order_by(Assignment.seq)
        .options(undefer(Assignment.answer))
    )
    if asked.disregard_rejected:
        query = query.where(Assignment.state != State.REJECTED)
    floor = asked.number("DisregardAssignmentIfKnownAnswerScoreIsLessThan")
    low = _below(session, hit, floor) if floor is not None else frozenset()
    return [one for one in session.scalars(query) if one.assignment_id not in low]


def _below(session: Session, hit: Hit, floor: int) -> frozenset[str]:
    rows = session.execute(
        select(ReviewResult.subject_id, ReviewResult.value).where(
            ReviewResult.hit_seq == hit.seq, ReviewResult.key == "KnownAnswerScore"
        )
    )
    return frozenset(row.subject_id for row in rows if int(row.value) < floor)


def _forget_earlier(session: Session, hit: Hit) -> None:
    """A HIT that was extended and is reviewable again is looked at anew; what was done stays."""
    session.execute(
        delete(ReviewResult).where(ReviewResult.hit_seq == hit.seq, ReviewResult.level == HIT)
    )


def _decide(
    note: "_Notes",
    assignment: Assignment,
    score: int,
    approve_at: int | None,
    reject_below: int | None,
    asked: Policy,
) -> None:
    if approve_at is not None and score >= approve_at:
        if assignment.state == State.APPROVED:
            note.action("approve", assignment, "Already approved")
            return
        reason = asked.texts.get("ApproveReason")
        note.attempt("approve", assignment, "Approved", lambda: note.approve(assignment, reason))
    elif reject_below is not None and score < reject_below:
        if assignment.state == State.REJECTED:
            note.action("reject", assignment, "Already rejected")
            return
        reason = asked.texts.get("RejectReason", "")
        note.attempt("reject", assignment, "Rejected", lambda: note.reject(assignment, reason))


def _extend(note: "_Notes", asked: Policy) -> None:
    """One place more, up to the maximum, and time for somebody to take it."""
    hit = note.hit
    most = asked.numbers["ExtendMaximumAssignments"]
    if hit.max_assignments >= most:
        note.action("extend", hit, f"Not extended: there are {hit.max_assignments} already")
        return
    more = asked.number("ExtendMinimumTimeInSeconds")
    note.attempt("extend", hit, "Extended by one assignment", lambda: note.extend(more))


def _reviewed(score: known_answers.Score) -> str:
    return f"Reviewed known answers; {sum(score.correct.values())}/{len(score.correct)} correct"


class _Notes:
    """What one run of a policy writes down, and the actions it can take."""

    def __init__(self, session: Session, hit: Hit, level: str, now: int) -> None:
        self._session = session
        self.hit = hit
        self._level = level
        self._now = now

    def approve(self, assignment: Assignment, reason: str | None) -> None:
        """Pay for the assignment."""
        lifecycle.approve(self._session, self.hit, assignment, reason, False, self._now)

    def reject(self, assignment: Assignment, reason: str) -> None:
        """Do not pay for it."""
        lifecycle.reject(self._session, self.hit, assignment, reason, self._now)

    def extend(self, more_seconds: int | None) -> None:
        """Add a place, and let the HIT live for at least so long from now."""
        lifecycle.add_place_by_policy(self._session, self.hit, self._now)
        expires = self._now + (more_seconds or 0) * SECOND
        if expires > self.hit.expires_ms:
            lifecycle.set_expiry(self._session, self.hit, expires, self._now)

    def attempt(self, name: str, of: Assignment | Hit, done: str, act: Callable[[], None]) -> None:
        """Try an action by itself; what refuses it is written down."""
        try:
            with self._session.begin_nested():
                act()
        except WireError as error:
            self._session.refresh(self.hit)
            if isinstance(of, Assignment):
                self._session.refresh(of)
            self.action(name, of, error.message, error.code or error.kind)
        else:
            self.action(name, of, done)

    def action(self, name: str, of: Assignment | Hit, result: str, error: str | None = None) -> str:
        """Write down what was done; its id."""
        action_id = ids.entity_id()
        target, kind = _subject(of)
        self._session.add(
            ReviewAction(
                hit_seq=self.hit.seq,
                level=self._level,
                action_id=action_id,
                name=name,
                target_id=target,
                target_type=kind,
                status="Failed" if error else "Succeeded",
                complete_ms=self._now,
                result=result,
                error_code=error,
            )
        )
        return action_id

    def result(
        self,
        action_id: str,
        of: Assignment | Hit,
        key: str,
        value: str,
        question: str | None = None,
    ) -> None:
        """Write down what was found."""
        subject, kind = _subject(of)
        self._session.add(
            ReviewResult(
                hit_seq=self.hit.seq,
                level=self._level,
                action_id=action_id,
                subject_id=subject,
                subject_type=kind,
                question_id=question,
                key=key,
                value=value,
            )
        )


def _subject(of: Assignment | Hit) -> tuple[str, str]:
    return (of.hit_id, HIT) if isinstance(of, Hit) else (of.assignment_id, ASSIGNMENT)
