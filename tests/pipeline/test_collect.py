"""Collecting: every submission once, verbatim; what cannot be read is kept and stops nothing."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from db import frames
from db.errors import NotFound
from db.store import assignments, instances
from pipeline.collect import collect, rebuild
from pipeline.plan import PlanRequest, plan
from pipeline.review import approve_all
from pipeline.status import campaign_status
from tests.pipeline.conftest import Field


def whole_answer(data: dict[str, Any]) -> dict[str, str]:
    """The first option, and the first word marked, for every item."""
    items = [
        {
            "id": i["id"],
            "position": n,
            "ms": 1000,
            "label": "positive",
            "marks": [0],
            "nothing": False,
        }
        for n, i in enumerate(data["items"])
    ]
    facts = {"active_ms": 90_000, "focus_losses": 1, "pastes": 0}
    page = {"v": 1, "study": "highlight", "items": items, "facts": facts}
    return {"konkyo": json.dumps(page)}


def test_each_submission_is_collected_once(field: Field) -> None:
    first, second = field.market_hits[:2]
    field.answer("AONE", first, whole_answer)
    assert collect(field.project, None).new == 1
    field.answer("ATWO", first, whole_answer)
    field.answer("ATHREE", second, whole_answer)
    done = collect(field.project, None)
    assert (done.new, done.known, done.unreadable) == (2, 1, {})
    assert collect(field.project, None).new == 0
    table = frames.answers(field.project.engine, field.planned.campaign.id, "label")
    # three submissions of four items each
    assert len(table) == 12
    assert set(table["value"]) == {"positive"}
    assert not table["simulated"].any()


def test_an_answer_that_cannot_be_read_is_kept_counted_and_stops_nothing(field: Field) -> None:
    hit = field.market_hits[0]
    field.answer("AONE", hit, lambda data: {"konkyo": "{not json"})
    field.answer("ATWO", hit, lambda data: {"comment": "I could not find the button"})
    field.answer("ATHREE", hit, whole_answer)
    done = collect(field.project, None)
    assert done.new == 3
    assert len(done.unreadable) == 2
    kept = assignments.read(field.project.engine, field.planned.campaign.id)
    answers = {a.problem: a.answer for a in kept}
    assert sum("I could not find the button" in a for a in answers.values()) == 1
    assert any("no field 'konkyo'" in str(problem) for problem in answers)
    assert len(frames.answers(field.project.engine, field.planned.campaign.id, "label")) == 4


def test_rebuilding_reads_the_stored_answers_again_and_supersedes(field: Field) -> None:
    field.answer("AONE", field.market_hits[0], whole_answer)
    collect(field.project, None)
    campaign = field.planned.campaign.id
    before = {j.id for j in assignments.read_judgements(field.project.engine, campaign)}
    done = rebuild(field.project, None)
    after = {j.id for j in assignments.read_judgements(field.project.engine, campaign)}
    assert done.known == 1
    assert len(before) == len(after) == 8  # four items, label and marks
    assert not before & after
    with field.project.engine.connect() as connection:
        count = connection.exec_driver_sql("SELECT count(*) FROM judgements").scalar()
    assert count == 16


def test_a_workers_id_in_a_comment_does_not_reach_the_answer(field: Field) -> None:
    field.answer("AREALPERSON77", field.market_hits[0], lambda d: {"comment": "I am AREALPERSON77"})
    collect(field.project, None)
    (stored,) = assignments.read(field.project.engine, field.planned.campaign.id)
    assert "AREALPERSON77" not in stored.answer
    assert stored.worker_id in stored.answer


def test_money_and_pay_per_hour_follow_the_review(field: Field) -> None:
    for worker in ("AONE", "ATWO"):
        field.answer(worker, field.market_hits[0], whole_answer)
    collect(field.project, None)
    status = campaign_status(field.project, None)
    assert status is not None
    assert status.money == {
        "reserved": Decimal("6.00"),  # 4 HITs × 3 × 0.50
        "spent": Decimal("0.00"),
        "returned": Decimal("0.00"),
    }
    # 0.50 for 90 seconds in use: 20.00 an hour
    assert status.pay.hourly_in_use == Decimal("20.00")
    assert approve_all(field.project, None).approved == 2
    assert approve_all(field.project, None).approved == 0
    status = campaign_status(field.project, None)
    assert status is not None
    assert status.money["spent"] == Decimal("1.00")
    assert status.by_status == {"Approved": 2}


def test_a_rejection_elsewhere_is_taken_over_and_returns_the_money(field: Field) -> None:
    field.answer("AONE", field.market_hits[0], whole_answer)
    collect(field.project, None)
    (known,) = assignments.read(field.project.engine, field.planned.campaign.id)
    field.client.reject_assignment(AssignmentId=known.market_id, RequesterFeedback="empty")
    assert collect(field.project, None).changed == 1
    status = campaign_status(field.project, None)
    assert status is not None
    assert status.money["returned"] == Decimal("0.50")
    field.client.approve_assignment(AssignmentId=known.market_id, OverrideRejection=True)
    collect(field.project, None)
    status = campaign_status(field.project, None)
    assert status is not None
    assert status.money["spent"] == Decimal("0.50")


def test_check_items_are_recorded_and_left_out_of_marks(field: Field) -> None:
    for hit in field.market_hits:
        field.answer(f"A{hit[:8]}", hit, whole_answer)
    collect(field.project, None)
    status = campaign_status(field.project, None)
    assert status is not None
    assert status.checks.answered == 4  # one a HIT
    everything = instances.read(field.project.engine)
    marks = frames.marks(
        field.project.engine, field.planned.campaign.id, everything, persons_known=True
    )
    assert len(marks.instance_ids) == 12
    assert Counter(marks.masks.values.tolist())[1] == 12  # each worker marked one word an item


def test_collecting_before_publishing_says_what_to_do(field: Field) -> None:
    plan(field.project, PlanRequest("highlight", "later", items=4))
    with pytest.raises(NotFound, match="konkyo publish"):
        collect(field.project, "later")
