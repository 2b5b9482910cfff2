"""One publisher a campaign: a lock that its holder's death releases."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from db.errors import StoreError
from db.store.engine import reading, sqlite_path


@contextmanager
def publisher(engine: Engine, campaign_id: str) -> Iterator[None]:
    """Hold the campaign's publishing lock, or say at once that somebody else does."""
    path = sqlite_path(str(engine.url))
    if path is not None:
        with _file_lock(path, campaign_id):
            yield
    elif engine.dialect.name == "postgresql":
        with _advisory_lock(engine, campaign_id):
            yield
    else:
        raise StoreError(
            f"publishing needs a lock that konkyo knows for SQLite and PostgreSQL, not for "
            f"{engine.dialect.name}; keep the project database on one of these"
        )


@contextmanager
def _file_lock(database: Path, campaign_id: str) -> Iterator[None]:
    path = database.with_name(f"{database.name}.{campaign_id[:8]}.lock")
    with path.open("a", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise _busy() from error
        # Whoever held the lock before us has taken the file away: what we locked is not the lock.
        if not _is_at(file.fileno(), path):
            raise _busy()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


@contextmanager
def _advisory_lock(engine: Engine, campaign_id: str) -> Iterator[None]:
    digest = hashlib.sha256(campaign_id.encode()).digest()
    key = int.from_bytes(digest[:8], "big", signed=True)
    with reading(engine) as connection:
        if not connection.execute(text("SELECT pg_try_advisory_lock(:k)"), {"k": key}).scalar():
            raise _busy()
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:k)"), {"k": key})


def _busy() -> StoreError:
    return StoreError(
        "another konkyo is publishing this campaign right now; wait for it, or stop it"
    )
