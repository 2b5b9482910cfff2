"""Databases of both kinds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from db.store.engine import create_database


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a place for a database, where nothing is yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'k.db'}"
    return str(request.getfixturevalue("postgres_database"))


@pytest.fixture
def new_database(address: str) -> Iterator[Engine]:
    """A database with its tables, and nothing in them."""
    made = create_database(address)
    yield made
    made.dispose()
