"""The database: made at the newest schema, refused when it is somebody else's."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from db.errors import StoreError
from db.store.engine import create_database, open_database, writing
from db.tables import instances, metadata
from hits.endpoint.serve import running
from hits.endpoint.settings import ServeSettings


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def test_migrations_make_exactly_the_tables_that_the_code_speaks_of(tmp_path: Path) -> None:
    engine = create_database(url(tmp_path / "k.db"))
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_creating_again_keeps_what_is_there(tmp_path: Path) -> None:
    for _ in range(2):
        engine = create_database(url(tmp_path / "k.db"))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_missing_database_names_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="konkyo init"):
        open_database(url(tmp_path / "none.db"))
    assert not (tmp_path / "none.db").exists()


def test_an_endpoints_database_is_refused(tmp_path: Path) -> None:
    with running(ServeSettings(port=0, data=str(tmp_path / "market.db"))):
        pass
    with pytest.raises(StoreError, match="of a konkyo endpoint"):
        open_database(url(tmp_path / "market.db"))


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.db") as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    with pytest.raises(StoreError, match="another program's tables"):
        create_database(url(tmp_path / "other.db"))


def test_an_older_schema_is_named_and_not_touched(tmp_path: Path) -> None:
    create_database(url(tmp_path / "k.db"))
    with sqlite3.connect(tmp_path / "k.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    with pytest.raises(StoreError, match=r"has schema 0000, this konkyo needs \d{4}"):
        open_database(url(tmp_path / "k.db"))


def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "k.db").write_text("hello " * 100)
    with pytest.raises(StoreError, match="not a database"):
        open_database(url(tmp_path / "k.db"))


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    engine = create_database(url(tmp_path / "k.db"))
    row = {"id": "a", "kind": "text", "text": "x", "offsets": [[0, 1]], "attributes": {}}
    with pytest.raises(RuntimeError), writing(engine) as connection:
        connection.execute(instances.insert(), row | {"position": 0})
        raise RuntimeError
    with engine.connect() as connection:
        assert connection.execute(instances.select()).all() == []


def test_a_password_is_never_shown() -> None:
    with pytest.raises(StoreError) as caught:
        create_database("postgresql://me:secret@127.0.0.1:1/none")
    assert "secret" not in str(caught.value)
