"""A teaching experiment is written down whole, and the one that was asked for last is read back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from db.errors import StoreError
from db.records import ModelRun, TeachingArm, TeachingPlan
from db.store import campaigns, runs, teachings
from tests.db.test_frames import campaign

WHERE = campaign()
ARMS = (
    TeachingArm("vanilla", "baseline", "cross_entropy", ("a1", "a2")),
    TeachingArm("both", "taught", "cross_entropy + 1 x + 2 y", ("b1", "b2")),
    TeachingArm("shuffled", "control", "cross_entropy + 1 x + 2 y", ("c1", "c2"), "both"),
    TeachingArm("both, 0.5", "part", "cross_entropy + 1 x + 2 y", ("d1", "d2"), "both", 0.5),
)


@pytest.fixture
def engine(new_database: Engine) -> Engine:
    """A new database with a campaign."""
    campaigns.add(new_database, WHERE, [], [])
    return new_database


def plan(**changed: object) -> TeachingPlan:
    whole = TeachingPlan("", WHERE.id, (1, 2), ARMS, {"labels": "given", "certainty": False})
    return teachings.planned(replace(whole, **changed))  # type: ignore[arg-type]


def test_it_is_read_back_as_it_was_written(engine: Engine) -> None:
    assert teachings.read(engine, WHERE.id) == []
    teachings.put(engine, plan())
    (found,) = teachings.read(engine, WHERE.id)
    assert found.made_at is not None
    assert replace(found, made_at=None) == plan()


def test_the_one_asked_for_last_is_the_first_even_if_it_was_there_before(engine: Engine) -> None:
    first, second = plan(), plan(seeds=(1, 2, 3))
    assert first.id != second.id
    for asked in (first, second, first):
        teachings.put(engine, asked)
        assert teachings.read(engine, WHERE.id)[0].id == asked.id
    assert [one.id for one in teachings.read(engine, WHERE.id)] == [first.id, second.id]


def test_its_id_follows_from_what_it_holds() -> None:
    assert plan().id == plan().id
    other = replace(ARMS[1], runs=("b1", "b3"))
    assert plan(arms=(ARMS[0], other)).id != plan(arms=ARMS[:2]).id


def test_there_is_none_of_a_campaign_that_is_not_there(engine: Engine) -> None:
    with pytest.raises(StoreError):
        teachings.put(engine, plan(campaign_id="nobody"))


def test_a_loss_of_many_terms_is_kept_whole(engine: Engine) -> None:
    loss = "cross_entropy + 0.2 attention_supervision (rise over 5) + 0.5 saliency_learning"
    assert len(loss) > 64
    made = ModelRun("r", "m", ("a",), {}, 0, "", {}, "w", loss)
    runs.add(engine, made, [])
    assert [run.objective for run in runs.read(engine)] == [loss]
