"""Measures come back as they were stored: undefined is not the same as not measured."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, inspect, text

from db.errors import StoreError
from db.records import Measure, ModelRun
from db.store import instances, measures, runs
from db.store.engine import create_database
from tests.db.test_migrations import migrate
from tests.support.data import instance

SHOWN = [instance("one two"), instance("three")]
ONE, TWO = (one.id for one in SHOWN)


@pytest.fixture
def engine(new_database: Engine) -> Engine:
    """A new database with two runs and two instances."""
    instances.add(new_database, SHOWN)
    for name in ("r", "other"):
        runs.add(new_database, ModelRun(name, "m", ("a",), {}, 0, "", {}, "w"), [])
    return new_database


def of(instance_id: str, name: str, value: float | None, run: str = "r") -> Measure:
    return Measure(run, instance_id, "attention", name, value)


def test_undefined_is_stored_and_what_is_missing_is_not(engine: Engine) -> None:
    batch = [of(ONE, "a", 0.1), of(ONE, "b", None), of(TWO, "a", float("nan"))]
    assert measures.add(engine, batch) == 3
    found = {(m.instance_id, m.name): m.value for m in measures.read(engine, "r", "attention")}
    assert found == {(ONE, "a"): 0.1, (ONE, "b"): None, (TWO, "a"): None}
    # b of the second instance was never measured
    assert measures.done(engine, "r", "attention", ["a", "b"]) == {ONE}
    assert measures.done(engine, "r", "attention", ["a"]) == {ONE, TWO}


def test_what_is_there_stays_and_the_rest_is_added(engine: Engine) -> None:
    measures.add(engine, [of(ONE, "a", 0.1)])
    assert measures.add(engine, [of(ONE, "a", 0.9), of(TWO, "a", 0.2), of(TWO, "a", 0.2)]) == 1
    values = {m.instance_id: m.value for m in measures.read(engine, "r", "attention")}
    assert values == {ONE: 0.1, TWO: 0.2}


def test_runs_and_explainers_are_kept_apart(engine: Engine) -> None:
    measures.add(engine, [of(ONE, "a", 0.1), of(ONE, "a", 0.2, run="other")])
    measures.add(engine, [Measure("r", ONE, "gradient", "a", 0.3)])
    assert [m.value for m in measures.read(engine, "r", "gradient")] == [0.3]
    assert [m.value for m in measures.read(engine, "other", "attention")] == [0.2]


def test_there_is_none_of_a_run_or_an_instance_that_is_not_there(engine: Engine) -> None:
    for one in (of("nobody", "a", 1.0), of(ONE, "a", 1.0, run="none")):
        with pytest.raises(StoreError):
            measures.add(engine, [one])
    assert measures.read(engine, "r", "attention") == []


def test_a_project_without_measures_gets_the_table_and_loses_nothing_else(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'k.db'}"
    create_database(address).dispose()
    engine = create_engine(address)
    with engine.begin() as connection:
        migrate(connection, "0005", down=True)
        assert "measures" not in inspect(connection).get_table_names()
        connection.execute(
            text(
                "insert into model_runs (id, kind, labels, settings, seed, data_hash, metrics, "
                "weights, objective, created_at) values ('r', 'm', '[]', '{}', 0, '', '{}', '', "
                "'o', '2024-01-01')"
            )
        )
    engine.dispose()
    upgraded = create_database(address)
    assert measures.read(upgraded, "r", "attention") == []
    assert [run.id for run in runs.read(upgraded)] == ["r"]
    upgraded.dispose()
