"""Which project a command works on: the option, then the environment, then the folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.support import done, konkyo, write_reviews


def make(folder: Path, n: int) -> Path:
    """A project with `n` instances, by which it is recognised."""
    done("init", folder)
    done("import", "jsonl", write_reviews(folder / "r.jsonl", n), "--config", folder)
    return folder


def instances(*options: str | Path) -> int:
    found: int = done("status", "--json", *options).json["instances"]
    return found


def test_config_option_before_environment_before_folder(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named, environment = make(here / "named", 11), make(here / "environment", 12)
    make(here, 13)
    assert instances() == 13
    monkeypatch.setenv("KONKYO_CONFIG", str(environment / "konkyo.toml"))
    assert instances() == 12
    assert instances("--config", named / "konkyo.toml") == 11
    assert instances("--config", named) == 11  # a folder stands for the file in it


def test_db_option_before_environment_before_settings(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named, environment = make(here / "named", 11), make(here / "environment", 12)
    make(here, 13)
    monkeypatch.setenv("KONKYO_DB", str(environment / "konkyo.db"))
    assert instances() == 12
    assert instances("--db", named / "konkyo.db") == 11
    assert instances("--db", f"sqlite:///{named / 'konkyo.db'}") == 11


def test_paths_in_the_settings_hold_from_the_folder_of_the_file(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make(here / "elsewhere", 11)
    monkeypatch.chdir("/")
    assert instances("--config", folder) == 11


def test_commands_that_write_say_where(here: Path) -> None:
    make(here, 11)
    said = konkyo("import", "jsonl", "r.jsonl", "--json")
    assert said.err == f"database: {here / 'konkyo.db'}\n"
    assert said.json["instances"] == {"new": 0, "known": 11}


def test_a_market_s_database_is_refused(here: Path, endpoint: str) -> None:
    make(here, 11)
    said = konkyo("status", "--db", here.parent / "market.db")
    assert said.code == 1
    assert "is the database of a konkyo endpoint" in said.err
    assert "sqlite://" not in said.err
