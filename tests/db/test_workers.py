"""Worker ids never leave their table."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from db.errors import SafetyError, StoreError
from db.store import workers
from db.store.assignments import without_platform_id
from db.store.engine import writing
from pipeline.project import Project

MakeProject = Callable[..., Project]


def test_the_key_is_private_and_made_once(tmp_path: Path) -> None:
    key = tmp_path / "konkyo.key"
    first = workers.open_key(key, create=True).of("A1")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert workers.open_key(key, create=True).of("A1") == first


def test_another_key_gives_other_pseudonyms(tmp_path: Path) -> None:
    one, two = (workers.open_key(tmp_path / name, create=True) for name in ("a", "b"))
    assert one.of("A1") == one.of("A1")
    assert one.of("A1") != two.of("A1")
    assert "A1" not in one.of("A1")


def test_a_missing_or_damaged_key_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="restore it from your backup"):
        workers.open_key(tmp_path / "none")
    (tmp_path / "bad").write_text("not hex")
    with pytest.raises(StoreError, match="cannot be read"):
        workers.open_key(tmp_path / "bad")


def test_a_real_workers_id_cannot_be_taken_by_a_simulated_one(make_project: MakeProject) -> None:
    project = make_project()
    with writing(project.engine) as connection:
        workers.add_within(connection, project.pseudonyms, ["AREALPERSON"])
    with pytest.raises(SafetyError, match="id of a real one"):
        workers.register_simulated(project.engine, project.pseudonyms, ["AREALPERSON"])


def test_the_platform_id_stands_in_one_table_only(make_project: MakeProject) -> None:
    project = make_project()
    workers.register_simulated(project.engine, project.pseudonyms, ["ASIMULATED12345"])
    with sqlite3.connect(project.folder / "konkyo.db") as connection:
        names = [
            row[0]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        holding = [
            name
            for name in names
            if any(
                "ASIMULATED12345" in str(row)
                for row in connection.execute(f'SELECT * FROM "{name}"')
            )
        ]
    assert holding == ["worker_ids"]


def test_an_answer_that_quotes_the_id_is_cleaned_and_nothing_else_is() -> None:
    answer = "I am A2B3C4D5 (A2B3C4D5X is my friend)"
    assert without_platform_id(answer, "A2B3C4D5", "w1") == "I am w1 (A2B3C4D5X is my friend)"
    # A name as short as this would be found inside ordinary words.
    assert without_platform_id("a cat", "a", "w1") == "a cat"
