"""What time does, with a clock that the test moves; and that the books always balance."""

import contextlib
import random
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from hits.endpoint import accounts, ledger, lifecycle, live
from hits.endpoint.clock import SetClock
from hits.endpoint.errors import WireError, WorkRefused
from hits.endpoint.market import Market
from hits.endpoint.tables import Account, Assignment, Hit, HitStatus, HitType, State, Worker


def test_a_passed_deadline_frees_the_slot_and_the_worker_may_try_again(world):
    hit_id = world.requester.create()["HITId"]
    worker = world.worker()
    first = worker.accept(hit_id)
    world.clock.move(timedelta(minutes=9, seconds=59))
    assert world.requester.hit(hit_id)["HITStatus"] == "Unassignable"
    world.clock.move(timedelta(seconds=1))
    hit = world.requester.hit(hit_id)
    assert (hit["HITStatus"], hit["NumberOfAssignmentsAvailable"]) == ("Assignable", 1)
    page = worker.http.get(f"/assignments/{first}").text
    assert world.attribute(page, "data-page") == "given-up"
    assert world.attribute(page, "data-state") == "Abandoned"
    second = worker.accept(hit_id)
    assert second != first
    # The first assignment's page may still be open: its answer is refused, the second's is not.
    assert world.outcome(worker.submit(second, answer="in time")) == "submitted"
    assert [a["AssignmentId"] for a in world.requester.assignments(hit_id)] == [second]


def test_who_accepted_before_expiry_may_submit_after_it(world):
    hit_id = world.requester.create(LifetimeInSeconds=60, MaxAssignments=2)["HITId"]
    worker = world.worker()
    assignment_id = worker.accept(hit_id)
    world.clock.move(timedelta(minutes=2))
    assert world.requester.hit(hit_id)["HITStatus"] == "Unassignable"
    refused = world.worker().post(f"/hits/{hit_id}/accept")
    assert refused.status_code == 409
    assert world.attribute(refused.text, "data-reason") == "expired"
    assert world.outcome(worker.submit(assignment_id, answer="late but fine")) == "submitted"
    assert world.requester.hit(hit_id)["HITStatus"] == "Reviewable"


def test_submissions_approve_themselves_at_the_promised_moment(world):
    hit_id = world.requester.create(AutoApprovalDelayInSeconds=3600)["HITId"]
    assignment_id = world.worker().do(hit_id)
    world.clock.move(timedelta(hours=1, milliseconds=-1))
    assert world.requester.assignments(hit_id)[0]["AssignmentStatus"] == "Submitted"
    world.clock.move(timedelta(days=2))
    [seen] = world.requester.assignments(hit_id)
    assert seen["AssignmentStatus"] == "Approved"
    # Dated to the moment it fell due, not to the moment somebody looked.
    assert seen["ApprovalTime"] == seen["AutoApprovalTime"]
    assert world.requester.balance() == ("9999.50", "0.00")
    error = world.requester.refusal(
        "reject_assignment", AssignmentId=assignment_id, RequesterFeedback="too late"
    )
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidAssignmentState"


def test_without_delay_a_submission_is_approved_at_once(world):
    hit_id = world.requester.create(AutoApprovalDelayInSeconds=0)["HITId"]
    world.worker().do(hit_id)
    assert world.requester.assignments(hit_id)[0]["AssignmentStatus"] == "Approved"


def test_a_hit_left_reviewable_for_120_days_is_disposed(world):
    hit_id = world.requester.create(LifetimeInSeconds=86_400)["HITId"]
    world.clock.move(timedelta(days=120))
    assert world.requester.hit(hit_id)["HITStatus"] == "Reviewable"
    assert len(world.requester.client.list_hits()["HITs"]) == 1
    world.clock.move(timedelta(days=1))
    assert world.requester.client.list_hits()["HITs"] == []
    assert world.requester.hit(hit_id)["HITStatus"] == "Disposed"


def test_time_that_passed_while_the_market_was_closed_has_its_consequences(tmp_path):
    clock = SetClock()
    market, worker_seq, hit_seqs = small_market(tmp_path / "m.db", clock, hits=1_100)
    accept(market, hit_seqs[0], worker_seq)
    market.close()
    clock.move(timedelta(days=1))
    market = Market.open(str(tmp_path / "m.db"), clock)
    statuses = market.read(
        lambda session, _: session.execute(select(Hit.status, func.count()).group_by(Hit.status))
    )
    assert [tuple(row) for row in statuses] == [("Reviewable", 1_100)]
    assert market.read(lambda s, _: s.scalars(select(Assignment.state)).one()) == "Abandoned"
    check_books(market)
    market.close()


REWARD = 50
STEPS = ("accept", "submit", "return", "approve", "override", "reject", "wait", "expire", "dispose")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32), steps=st.lists(st.sampled_from(STEPS), max_size=40))
def test_whatever_happens_counters_agree_and_no_cent_is_lost(
    tmp_path_factory: pytest.TempPathFactory, seed: int, steps: list[str]
):
    clock = SetClock(start_ms=1_700_000_000_000)
    path = tmp_path_factory.mktemp("books") / "m.db"
    market, first, hit_seqs = small_market(path, clock, hits=3, workers=4)
    chance = random.Random(seed)
    for step in steps:
        take_step(market, clock, chance, step, hit_seqs, range(first, first + 4))
        check_books(market)
    market.close()


def small_market(path, clock, hits, workers=1):
    """A market with one account, and HITs of two assignments each at 50 cents."""
    market = Market.open(str(path), clock)

    def fill(session, now):
        accounts.ensure_default(session, now)
        hit_type = HitType(
            hit_type_id="T",
            group_id="G",
            account_seq=1,
            digest="",
            title="t",
            description="d",
            reward_cents=REWARD,
            duration_s=600,
            auto_approval_s=7200,
            created_ms=now,
        )
        people = [Worker(worker_id=f"A{n}", secret_hash="", created_ms=now) for n in range(workers)]
        session.add_all([hit_type, *people])
        made = []
        for number in range(hits):
            hit = Hit(
                hit_id=f"H{number}",
                account_seq=1,
                type=hit_type,
                question="",
                max_assignments=2,
                created_ms=now,
                expires_ms=now + 3_600_000,
                status=HitStatus.ASSIGNABLE,
                review_status="NotReviewed",
            )
            lifecycle.open_hit(session, hit, now)
            made.append(hit.seq)
        return people[0].seq, made

    first_worker, hit_seqs = market.write(fill)
    return market, first_worker, hit_seqs


def accept(market, hit_seq, worker_seq):
    market.write(
        lambda session, now: lifecycle.accept(session, live.lock(session, hit_seq), worker_seq, now)
    )


def take_step(market, clock, chance, step, hit_seqs, worker_seqs):
    """One random step; those that the rules forbid are refused and must change nothing."""

    def work(session, now):
        hit = lifecycle.lock_hit(session, chance.choice(hit_seqs))
        held = session.scalars(select(Assignment).where(Assignment.hit_seq == hit.seq)).all()
        one = chance.choice(held) if held else None
        if step == "accept":
            lifecycle.accept(session, live.lock(session, hit.seq), chance.choice(worker_seqs), now)
        elif step == "expire":
            lifecycle.set_expiry(session, hit, now + chance.choice((-1, 1)) * 3_600_000, now)
        elif step == "dispose":
            lifecycle.dispose(session, hit, now)
        elif one is None:
            return
        elif step == "submit":
            held_one = live.LiveAssignment(one.seq, one.assignment_id, one.state)
            lifecycle.submit(session, live.lock(session, hit.seq), held_one, "answer", now)
        elif step == "return":
            lifecycle.give_back(session, hit, one, now)
        elif step == "reject":
            lifecycle.reject(session, hit, one, "no", now)
        else:
            lifecycle.approve(session, hit, one, None, step == "override", now)

    if step == "wait":
        clock.move(timedelta(minutes=chance.choice((1, 11, 61, 130, 60 * 24 * 121))))
        return
    with contextlib.suppress(WireError, WorkRefused):
        market.write(work)


def check_books(market):
    """Counters equal counts; available + held + paid is what the account began with."""
    market.read(lambda session, _: None)

    def check(session, now):
        states = Counter(
            (hit_seq, state)
            for hit_seq, state in session.execute(select(Assignment.hit_seq, Assignment.state))
        )
        for hit in session.scalars(select(Hit)):
            counters = (hit.pending, hit.submitted, hit.approved, hit.rejected)
            words = (State.ACCEPTED, State.SUBMITTED, State.APPROVED, State.REJECTED)
            assert counters == tuple(states[hit.seq, word] for word in words)
            assert sum(counters) <= hit.max_assignments
            assert hit.held_cents >= 0
            alive = hit.unfilled if now < hit.expires_ms else 0
            if hit.status != HitStatus.DISPOSED:
                assert hit.held_cents == REWARD * (alive + hit.pending + hit.submitted)
            assert hit.status == expected_status(hit, alive)
        paid = REWARD * sum(count for (_, state), count in states.items() if state == "Approved")
        total = ledger.available(session, 1) + ledger.on_hold(session, 1) + paid
        assert total == accounts.DEFAULT_BALANCE_CENTS
        assert session.scalars(select(Account.available_cents)).one() >= 0

    market.read(check)


def expected_status(hit, alive):
    """The rules once more, in the words of MTurk's documentation."""
    if hit.status == HitStatus.DISPOSED:
        assert hit.pending == hit.submitted == hit.held_cents == 0
        return HitStatus.DISPOSED
    if alive:
        return HitStatus.ASSIGNABLE
    return HitStatus.UNASSIGNABLE if hit.pending else HitStatus.REVIEWABLE
