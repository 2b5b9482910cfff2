"""A consensus comes back as it was stored; a method replaces its own and leaves the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy import Engine, create_engine, inspect, text

from db.records import ConsensusOrigin, Hit, HumanRationale, Item, UnitConsensus
from db.store import campaigns, consensus, instances
from db.store.engine import create_database
from pipeline.project import Project
from tests.db.test_frames import campaign
from tests.db.test_migrations import migrate
from tests.support.data import instance

WHEN = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
SHOWN = [instance("one two"), instance("three")]


@pytest.fixture
def engine(new_database: Engine) -> Engine:
    """A new database with a campaign of two items."""
    planned = replace(campaign(), id="c")
    instances.add(new_database, SHOWN)
    items = [Item(f"i{n}", "c", one.id, "h", n) for n, one in enumerate(SHOWN)]
    campaigns.add(new_database, planned, [Hit("h", "c", 0, "token")], items)
    return new_database


def origin(method: str = "mace", question: str = "label") -> ConsensusOrigin:
    """By one method, with every field filled."""
    return ConsensusOrigin(
        id=f"{question}-{method}",
        campaign_id="c",
        question=question,
        method=method,
        unit="item",
        version="konkyo 0.1",
        settings={"restarts": 10, "tolerance": 1e-7},
        seed=2**32 - 1,
        labels=("a", "b\ud800", 3),
        scale="",
        excluded={"no value": 2},
        notes=("not converged",),
        made_at=WHEN,
    )


def labelled(of: ConsensusOrigin) -> list[UnitConsensus]:
    """One unit decided, one tied."""
    sure, even = np.array([0.7, 0.2, 0.1]), np.array([0.5, 0.5, 0.0])
    return [
        UnitConsensus(of.id, 0, SHOWN[0].id, "i0", 5, "b\ud800", sure, 0.8),
        UnitConsensus(of.id, 1, SHOWN[1].id, None, 2, None, even, float(np.log(2))),
    ]


def rationale(method: str) -> HumanRationale:
    scores = np.array([1, 0.5], dtype=np.float32)
    return HumanRationale("c", SHOWN[0].id, method, scores, scores, 2)


def test_labels_come_back_to_the_last_bit_with_where_they_come_from(engine: Engine) -> None:
    consensus.replace(engine, origin(), labelled(origin()))
    assert consensus.read_origins(engine, "c") == [origin()]
    decided, tied = consensus.read_units(engine, origin().id)
    assert (decided.label, decided.item_id, decided.n_judgements) == ("b\ud800", "i0", 5)
    assert decided.posterior.dtype == np.float64
    assert decided.posterior.tolist() == [0.7, 0.2, 0.1]
    assert (tied.label, tied.item_id, tied.entropy) == (None, None, float(np.log(2)))
    assert decided.value is tied.value is None


def test_numbers_come_back_with_their_interval_or_without(engine: Engine) -> None:
    means = replace(origin("interval_mean"), labels=(), scale="that of the values", seed=None)
    units = [
        UnitConsensus(
            means.id, 0, SHOWN[0].id, "i0", 3, None, value=2.5, sd=0.5, low=1.5, high=3.5
        ),
        UnitConsensus(means.id, 1, SHOWN[1].id, "i1", 1, None, value=4.0),
    ]
    consensus.replace(engine, means, units)
    one, two = consensus.read_units(engine, means.id)
    assert (one.value, one.sd, one.low, one.high) == (2.5, 0.5, 1.5, 3.5)
    assert (two.value, two.sd, two.low, two.high, two.posterior) == (4.0, None, None, None, None)
    assert consensus.read_origins(engine, "c") == [means]


def test_a_method_replaces_itself_and_leaves_others_and_other_questions(engine: Engine) -> None:
    others = [origin("majority"), origin("mace", "fits")]
    for one in (origin(), *others):
        consensus.replace(engine, one, labelled(one), [rationale(one.method)])
    again = replace(origin(), seed=None, made_at=WHEN.replace(year=2025))
    consensus.replace(engine, again, labelled(again)[:1], [rationale("mace")])
    found = consensus.read_origins(engine, "c")
    assert found == sorted([again, *others], key=lambda one: (one.question, one.method))
    assert len(consensus.read_units(engine, again.id)) == 1
    assert all(len(consensus.read_units(engine, one.id)) == 2 for one in others)
    assert [r.method for r in consensus.read(engine, "c")] == ["mace", "majority"]


def test_a_consensus_that_cannot_be_stored_leaves_what_was_there(engine: Engine) -> None:
    consensus.replace(engine, origin(), labelled(origin()), [rationale("mace")])
    stray = replace(labelled(origin())[0], instance_id="nobody")
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        consensus.replace(engine, origin(), [stray], [])
    assert len(consensus.read_units(engine, origin().id)) == 2


def test_there_is_none_before_somebody_makes_one(make_project: Callable[..., Project]) -> None:
    project = make_project()
    assert consensus.read_origins(project.engine, "c") == []
    assert consensus.read_units(project.engine, "x") == []


def test_the_way_back_and_forth_leaves_rationales_and_an_empty_table(engine: Engine) -> None:
    consensus.replace(engine, origin(), labelled(origin()), [rationale("mace")])
    url = engine.url.render_as_string(hide_password=False)
    engine.dispose()
    plain = create_engine(url)
    with plain.begin() as connection:
        migrate(connection, "0003", down=True)
    with plain.connect() as connection:
        tables = set(inspect(connection).get_table_names())
        assert not {"consensus_origins", "consensus_units"} & tables
        assert connection.execute(text("select count(*) from human_rationales")).scalar() == 1
    plain.dispose()
    again = create_database(url)
    assert consensus.read_origins(again, "c") == []
    consensus.replace(again, origin(), labelled(origin()))
    assert len(consensus.read_units(again, origin().id)) == 2
    again.dispose()
