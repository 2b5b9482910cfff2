"""The life of a HIT and of its assignments. Nothing else changes a status or a counter.

    HIT          Assignable → Unassignable → Reviewable ⇄ Reviewing → Disposed
    assignment   Accepted → Submitted → Approved | Rejected → (override) Approved
                        ↘ Returned | Abandoned: the slot is free again

A HIT is Assignable while it lives and has a free slot, Unassignable while somebody still works on
it otherwise, and Reviewable when nobody does. Time moves it through ``settle``: deadlines pass,
HITs expire, submissions approve themselves, and a HIT left Reviewable for 120 days is disposed.
Each HIT carries ``due_ms``, a moment no later than the next such event, so that asking whether
anything is due costs one look at an index.

Money follows: a HIT holds its reward for every slot that may still be filled, is being worked on
or awaits review. Approval pays out of that; rejection, expiry and disposal give it back.

Callers hold the HIT's row (``lock_hit``, or ``live.lock`` for accepting and submitting, which all
workers do all day) while they change it.
"""

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from hits.endpoint import due, ids, ledger, live
from hits.endpoint.clock import DAY, SECOND
from hits.endpoint.errors import (
    WorkRefused,
    invalid_assignment_state,
    invalid_hit_state,
    request_error,
)
from hits.endpoint.live import LiveAssignment, LiveHit
from hits.endpoint.notifications import events
from hits.endpoint.tables import GIVEN_UP, Assignment, Hit, HitStatus, HitType, State

AnyHit = Hit | LiveHit
AnyAssignment = Assignment | LiveAssignment
KEPT_MS = 120 * DAY
OVERRIDE_MS = 30 * DAY
MANY = 10
"""Amazon charged more from here on, so a smaller HIT could not grow to it."""
_NOT_DISPOSED = tuple(status for status in HitStatus if status != HitStatus.DISPOSED)
_NOTED = "noted for review policies"
_COUNTERS = {
    State.ACCEPTED: "pending",
    State.SUBMITTED: "submitted",
    State.APPROVED: "approved",
    State.REJECTED: "rejected",
}


def lock_hit(session: Session, hit_seq: int) -> Hit:
    """The HIT's row as it is now, held until the transaction ends."""
    fresh = {"populate_existing": True}
    return session.scalars(
        select(Hit).where(Hit.seq == hit_seq).with_for_update(of=Hit).execution_options(**fresh)
    ).one()


# What requesters and workers do


def open_hit(session: Session, hit: Hit, now: int) -> None:
    """Begin: the new HIT is Assignable and its whole liability is held."""
    hit.pending = hit.submitted = hit.approved = hit.rejected = hit.held_cents = 0
    session.add(hit)
    _follow(session, hit, now)
    events.record(session, hit, "HITCreated", now)


def accept(session: Session, hit: LiveHit, worker_seq: int, now: int) -> LiveAssignment:
    """Give the worker a slot, or the assignment that they already hold."""
    held = live.held_by(session, hit, worker_seq)
    if held is not None:
        if held.state == State.ACCEPTED:
            return held
        raise WorkRefused("done-before")
    if hit.status != HitStatus.ASSIGNABLE:
        raise WorkRefused("expired" if now >= hit.expires_ms else "taken")
    deadline = now + hit.type.duration_s * SECOND
    assignment = live.add_assignment(session, hit, worker_seq, ids.entity_id(), now, deadline)
    hit.pending += 1
    _tell(session, hit, assignment, now)
    _follow(session, hit, now, deadline)
    return assignment


def submit(
    session: Session, hit: LiveHit, assignment: LiveAssignment, answer: str, now: int
) -> None:
    """Take the answer of somebody who still holds the assignment, even after expiry."""
    _require_accepted(assignment)
    _move(hit, assignment, State.SUBMITTED)
    assignment.answer = answer
    assignment.submit_ms = now
    assignment.auto_approval_ms = now + hit.type.auto_approval_s * SECOND
    live.save_submission(session, assignment)
    _tell(session, hit, assignment, now)
    if hit.has_policies:
        _noted(session).submitted.append(assignment.seq)
    _follow(session, hit, now, assignment.auto_approval_ms)


def give_back(session: Session, hit: Hit, assignment: Assignment, now: int) -> None:
    """The worker returns the assignment; somebody else may take the slot."""
    _require_accepted(assignment)
    _move(hit, assignment, State.RETURNED)
    assignment.given_up_ms = now
    _tell(session, hit, assignment, now)
    _follow(session, hit, now)


def approve(
    session: Session,
    hit: Hit,
    assignment: Assignment,
    feedback: str | None,
    override: bool,
    now: int,
) -> None:
    """Pay the reward. A rejection can be overridden for 30 days, while the HIT exists."""
    if assignment.state == State.REJECTED and override:
        if hit.status == HitStatus.DISPOSED:
            raise invalid_hit_state(hit.status, HitStatus.REVIEWABLE, HitStatus.REVIEWING)
        if now > (assignment.submit_ms or 0) + OVERRIDE_MS:
            raise request_error(
                "InvalidAssignmentState",
                "A rejection can only be overridden within 30 days of the submission.",
            )
    elif assignment.state != State.SUBMITTED:
        allowed = (State.SUBMITTED, State.REJECTED) if override else (State.SUBMITTED,)
        raise invalid_assignment_state(*allowed)
    _approve(hit, assignment, now)
    if feedback is not None:
        assignment.feedback = feedback
    _tell(session, hit, assignment, now)
    _follow(session, hit, now, pays=hit.type.reward_cents)


def reject(session: Session, hit: Hit, assignment: Assignment, feedback: str, now: int) -> None:
    """Pay nothing; what was held for this assignment is given back."""
    if assignment.state != State.SUBMITTED:
        raise invalid_assignment_state(State.SUBMITTED)
    _move(hit, assignment, State.REJECTED)
    assignment.rejection_ms = now
    assignment.feedback = feedback
    _tell(session, hit, assignment, now)
    _follow(session, hit, now)


def set_expiry(session: Session, hit: Hit, expires_ms: int, now: int) -> None:
    """Move the end of the HIT's life: a moment that has passed ends it, a later one revives it."""
    if hit.status == HitStatus.DISPOSED:
        raise invalid_hit_state(hit.status, *_NOT_DISPOSED)
    lived, later = now < hit.expires_ms, expires_ms > hit.expires_ms
    hit.expires_ms = expires_ms
    if lived and expires_ms <= now:
        events.record(session, hit, "HITExpired", now)
    elif later and now < expires_ms:
        events.record(session, hit, "HITExtended", now)
    _follow(session, hit, now)


def add_place_by_policy(session: Session, hit: Hit, now: int) -> None:
    """One place more because a review policy says so, where a requester could add one."""
    require_room(hit, 1)
    add_places(session, hit, 1, now)


def require_room(hit: Hit, more: int) -> None:
    """Refuse places that a HIT made for fewer than ten workers may not grow to."""
    # A HIT that has fewer than ten places was made with fewer: it could not have grown past them.
    if hit.max_assignments < MANY <= hit.max_assignments + more:
        raise request_error(
            "InvalidMaximumAssignmentsIncrease",
            f"A HIT created with fewer than {MANY} assignments cannot be raised to {MANY} or more.",
        )


def add_places(session: Session, hit: Hit, places: int, now: int) -> None:
    """Let more workers do the HIT; one that lives and was Reviewable is Assignable again."""
    if hit.status == HitStatus.DISPOSED:
        raise invalid_hit_state(hit.status, *_NOT_DISPOSED)
    hit.max_assignments += places
    events.record(session, hit, "HITExtended", now)
    _follow(session, hit, now)


def set_type(session: Session, hit: Hit, hit_type: HitType, now: int) -> None:
    """Give the HIT other properties, as long as nobody has ever accepted it."""
    if hit.status == HitStatus.DISPOSED:
        raise invalid_hit_state(hit.status, *_NOT_DISPOSED)
    accepted = select(Assignment.seq).where(Assignment.hit_seq == hit.seq).limit(1)
    if session.scalar(accepted) is not None:
        raise request_error(
            "InvalidHITState", "The HIT type cannot be changed once a worker has accepted the HIT."
        )
    hit.type = hit_type
    _follow(session, hit, now)


def set_reviewing(session: Session, hit: Hit, reviewing: bool, now: int) -> None:
    """Reviewable → Reviewing, or back; being there already is no error."""
    either = (HitStatus.REVIEWABLE, HitStatus.REVIEWING)
    if hit.status not in either:
        raise invalid_hit_state(hit.status, *either)
    hit.status = HitStatus.REVIEWING if reviewing else HitStatus.REVIEWABLE
    _follow(session, hit, now)


def dispose(session: Session, hit: Hit, now: int) -> None:
    """End it for good, once nobody works on it and everything is reviewed."""
    if hit.status not in (HitStatus.REVIEWABLE, HitStatus.REVIEWING) or hit.submitted:
        raise invalid_hit_state(hit.status, HitStatus.REVIEWING, HitStatus.REVIEWABLE)
    hit.status = HitStatus.DISPOSED
    events.record(session, hit, "HITDisposed", now)
    _follow(session, hit, now)


# What time does


def settle(session: Session, now: int) -> None:
    """Let every moment that has passed have its consequence."""
    while hits := due.hits(session, now):
        owed: Counter[int] = Counter()
        by_seq = {hit.seq: hit for hit in hits}
        ended = {hit.seq: hit.expires_ms for hit in hits}
        for assignment in due.ripe(session, by_seq, now):
            hit = by_seq[assignment.hit_seq]
            ended[hit.seq] = max(ended[hit.seq], assignment.deadline_ms)
            owed[hit.account_seq] += _let_time_pass(session, hit, assignment)
        session.flush()
        moments = due.next_moments(session, by_seq)
        for hit in hits:
            # The due moment is never later than the expiry while that is still to come.
            if hit.due_ms is not None and hit.due_ms <= hit.expires_ms <= now:
                events.record(session, hit, "HITExpired", hit.expires_ms)
            _let_lapse(session, hit, now, min(ended[hit.seq], now))
            owed[hit.account_seq] += _rebalance(hit, now)
            hit.due_ms = _earliest(_own_moment(hit, now), moments.get(hit.seq))
            due.note(session, hit.due_ms)
        for account_seq, cents in sorted(owed.items()):
            ledger.draw(session, account_seq, cents)
        session.flush()


def _let_time_pass(session: Session, hit: Hit, assignment: Assignment) -> int:
    """Abandon or approve, dated to the moment itself; cents that this pays."""
    if assignment.state == State.ACCEPTED:
        _move(hit, assignment, State.ABANDONED)
        assignment.given_up_ms = assignment.deadline_ms
        _tell(session, hit, assignment, assignment.deadline_ms)
        return 0
    _approve(hit, assignment, assignment.auto_approval_ms or 0)
    _tell(session, hit, assignment, assignment.auto_approval_ms or 0)
    return hit.type.reward_cents


def _let_lapse(session: Session, hit: Hit, now: int, ended: int) -> None:
    """The status after `ended`; a HIT that has been Reviewable for long enough is disposed."""
    _set_status(session, hit, now, since=ended)
    if hit.status in (HitStatus.REVIEWABLE, HitStatus.REVIEWING):
        moment = _own_moment(hit, now)
        if moment is not None and moment <= now:
            hit.status = HitStatus.DISPOSED
            events.record(session, hit, "HITDisposed", moment)


# What review policies have to look at


@dataclass
class Noted:
    """What happened in a transaction to HITs that have review policies, by ``seq``."""

    submitted: list[int] = field(default_factory=list)
    reviewable: list[int] = field(default_factory=list)


def take_noted(session: Session) -> Noted | None:
    """What has been noted since this was last asked, None for nothing."""
    noted: Noted | None = session.info.pop(_NOTED, None)
    return noted


def _noted(session: Session) -> Noted:
    noted: Noted = session.info.setdefault(_NOTED, Noted())
    return noted


# What follows from either


def _require_accepted(assignment: AnyAssignment) -> None:
    if assignment.state == State.ACCEPTED:
        return
    given_up = assignment.state in GIVEN_UP
    raise WorkRefused(assignment.state.lower() if given_up else "already-submitted")


def _tell(session: Session, hit: AnyHit, assignment: AnyAssignment, at: int) -> None:
    """Let those who listen know what state the assignment is in now."""
    events.record(session, hit, f"Assignment{assignment.state}", at, assignment.assignment_id)


def _approve(hit: Hit, assignment: Assignment, at: int) -> None:
    _move(hit, assignment, State.APPROVED)
    assignment.approval_ms = at
    assignment.rejection_ms = None


def _move(hit: AnyHit, assignment: AnyAssignment, state: State) -> None:
    """Change the state and the two counters that it touches."""
    for of, step in ((State(assignment.state), -1), (state, 1)):
        if counter := _COUNTERS.get(of):
            setattr(hit, counter, getattr(hit, counter) + step)
    assignment.state = state


def _follow(
    session: Session, hit: AnyHit, now: int, moment: int | None = None, pays: int = 0
) -> None:
    """After any change: status, due moment, and money; what is paid comes out of what was held."""
    _set_status(session, hit, now, since=now)
    hit.due_ms = _earliest(hit.due_ms, _own_moment(hit, now), moment)
    due.note(session, hit.due_ms)
    cents = _rebalance(hit, now)
    if isinstance(hit, LiveHit):
        live.save(session, hit)
    else:
        session.flush()
    ledger.draw(session, hit.account_seq, cents + pays)


def _set_status(session: Session, hit: AnyHit, now: int, since: int) -> None:
    if hit.status == HitStatus.DISPOSED:
        return
    if hit.unfilled > 0 and now < hit.expires_ms:
        hit.status = HitStatus.ASSIGNABLE
    elif hit.pending > 0:
        hit.status = HitStatus.UNASSIGNABLE
    elif hit.status not in (HitStatus.REVIEWABLE, HitStatus.REVIEWING):
        hit.status = HitStatus.REVIEWABLE
        hit.reviewable_ms = since
        events.record(session, hit, "HITReviewable", since)
        if hit.has_policies:
            _noted(session).reviewable.append(hit.seq)


def _own_moment(hit: AnyHit, now: int) -> int | None:
    """When time alone will next change the HIT itself, assignments aside."""
    if hit.status == HitStatus.DISPOSED:
        return None
    if now < hit.expires_ms:
        return hit.expires_ms
    if hit.pending or hit.submitted:
        return None
    return (hit.reviewable_ms or now) + KEPT_MS


def _rebalance(hit: AnyHit, now: int) -> int:
    """Set what the HIT holds; the cents to draw from the account for it (negative: give back)."""
    open_slots = hit.unfilled if now < hit.expires_ms else 0
    slots = 0 if hit.status == HitStatus.DISPOSED else open_slots + hit.pending + hit.submitted
    before, hit.held_cents = hit.held_cents, slots * hit.type.reward_cents
    return hit.held_cents - before


def _earliest(*moments: int | None) -> int | None:
    return min((moment for moment in moments if moment is not None), default=None)
