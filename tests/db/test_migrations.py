"""A project of an older konkyo comes up to date with everything that it holds."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, MetaData, create_engine, inspect, select, text

from db.errors import StoreError
from db.records import Assignment, instance_id
from db.store import assignments, campaigns, instances, rationales
from db.store.engine import MIGRATIONS, create_database, open_database
from db.tables import metadata

OLD_TEXT, OLD_PAIR = "a fine day", ("all men", "some men")
SPANS = np.array([[0, 1], [2, 6], [7, 10]], dtype="<i4").tobytes()


@pytest.fixture
def old(address: str) -> str:
    """The address of a database of schema 0001 with a row in every table that changed since."""
    engine = create_engine(address)
    with engine.begin() as connection:
        migrate(connection, "0001")
        fill(connection)
    engine.dispose()
    return address


def migrate(connection: Connection, revision: str, *, down: bool = False) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    (command.downgrade if down else command.upgrade)(config, revision)


def fill(connection: Connection) -> None:
    """Two instances, a rationale, and a page with a regular and a check item, answered once."""
    tables = MetaData()
    tables.reflect(connection)

    def add(table: str, **values: object) -> None:
        connection.execute(tables.tables[table].insert().values(**values))

    shared = {"offsets": SPANS, "attributes": {"source": "a"}}
    one, two = instance_id("text", OLD_TEXT), instance_id("pair", *OLD_PAIR)
    add("instances", id=one, kind="text", text=OLD_TEXT.encode(), position=0, **shared)
    second = {"text": OLD_PAIR[0].encode(), "text_pair": OLD_PAIR[1].encode()}
    pair = {"kind": "pair", "offsets_pair": SPANS, "position": 1, **second}
    add("instances", id=two, **pair, **shared)
    run = {"kind": "m", "labels": [], "settings": {}, "seed": 0, "data_hash": "", "metrics": {}}
    made = {"weights": "", "objective": "o", "created_at": datetime(2024, 1, 1, tzinfo=UTC)}
    add("model_runs", id="r", **run, **made)
    scores = {"scores": np.ones(3, "<f4").tobytes(), "baseline": "", "reduction": "", "details": {}}
    about = {"run_id": "r", "explainer": "e", "instance_id": one, "target": 0, "unit": "token"}
    add("rationales", id="q", **about, **scores)
    paid = {"reward": 10, "currency": "USD", "assignments_per_hit": 1, "market": "m"}
    where = {"source": "s", "environment": "local", "seed": 0, "state": "open"}
    asked = {"study": "highlight", "study_version": 1, "settings": {}}
    campaign = {"name": "pilot", "created_at": made["created_at"], **paid, **where, **asked}
    add("campaigns", id="c", **campaign)
    add("hits", id="h", campaign_id="c", position=0, request_token="t")
    shown = {"campaign_id": "c", "hit_id": "h", "rationale_ids": ["q"], "presentation": "plain"}
    rest = {"condition": "", "side": "", "order": 0}
    add("items", id="i0", instance_id=one, position=0, gold=None, **shown, **rest)
    # Reflected JSON columns write None as the JSON word null; the old code wrote no value at all.
    connection.execute(text("update items set gold = null"))
    add("items", id="i1", instance_id=two, position=1, gold={"label": "x"}, **shown, **rest)
    add("workers", id="w", simulated=True)
    given = {"hit_id": "h", "worker_id": "w", "market_id": "m", "status": "Submitted"}
    answer = {"answer": b"{}", "simulated": True, "facts": {"active_ms": 5}}
    add("assignments", id="a", campaign_id="c", **given, **answer)


def test_everything_is_kept_and_what_is_new_has_a_value(old: str) -> None:
    with pytest.raises(StoreError, match=r"has schema 0001, this konkyo needs \d{4}.*konkyo init"):
        open_database(old)
    engine = create_database(old)
    _instances_are_kept(engine)
    (rationale,) = rationales.read(engine, "r")
    assert (rationale.shape, rationale.scores.tolist()) == ((), [1.0, 1.0, 1.0])
    assert rationale.options == {}
    regular, check = campaigns.read_items(engine, "c")
    assert (regular.role, regular.gold, regular.shown, regular.phase) == ("regular", None, {}, "")
    assert (check.role, check.gold, check.rationale_ids) == ("check", {"label": "x"}, ("q",))
    (answered,) = assignments.read(engine, "c")
    assert isinstance(answered, Assignment) and answered.facts == {"active_ms": 5}
    engine.dispose()


def _instances_are_kept(engine: Engine) -> None:
    one, two = instances.read(engine)
    assert (one.text, one.n_units, one.attributes) == (OLD_TEXT, 3, {"source": "a"})
    assert (two.text, two.text_pair, two.n_units) == (*OLD_PAIR, 6)
    for instance in (one, two):
        found = (instance.image, instance.media_type, instance.size, instance.features)
        assert found == (None, "", None, {})


def test_an_upgraded_schema_is_the_one_that_a_new_database_has(old: str) -> None:
    engine = create_database(old)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_the_way_back_leaves_what_the_older_schema_knew(old: str) -> None:
    create_database(old).dispose()
    engine = create_engine(old)
    with engine.begin() as connection:
        migrate(connection, "0001", down=True)
    with engine.connect() as connection:
        columns = {column["name"] for column in inspect(connection).get_columns("items")}
        assert "gold" in columns and "role" not in columns
        items = MetaData()
        items.reflect(connection, only=["items"])
        assert len(connection.execute(select(items.tables["items"].c.gold)).all()) == 2
    engine.dispose()


def test_an_upgrade_that_fails_leaves_the_old_schema_whole(old: str) -> None:
    engine = create_engine(old)
    with engine.begin() as connection:
        # A column of that name stands in the way of the migration's sixth step.
        connection.execute(text("alter table items add column role varchar(16)"))
    with pytest.raises(StoreError, match="role"):
        create_database(old)
    with engine.connect() as connection:
        columns = {column["name"] for column in inspect(connection).get_columns("instances")}
        assert "image" not in columns
        assert MigrationContext.configure(connection).get_current_revision() == "0001"
    engine.dispose()
