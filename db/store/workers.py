"""Workers: pseudonyms outside, the platform's own id in one table that can be emptied.

A pseudonym is a keyed hash of the platform id (HMAC-SHA256), so that the same person has the same
pseudonym throughout the project and nobody without the key can go back. The key is a file of its
own beside the project (mode 0600), never in the database.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Collection
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from db.errors import Conflict, SafetyError, StoreError
from db.records import Worker
from db.store.engine import reading, writing
from db.store.rows import chunks, fetch, insert_many
from db.tables import worker_ids, workers

KEY_BYTES = 32


class Pseudonyms:
    """Turns platform ids into pseudonyms with the project's key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, platform_id: str) -> str:
        """`w` and 16 hex digits, the same for the same id and key."""
        encoded = platform_id.encode("utf-8", "surrogatepass")
        return "w" + hmac.new(self._key, encoded, hashlib.sha256).hexdigest()[:16]


def open_key(path: Path, *, create: bool = False) -> Pseudonyms:
    """Read the pseudonym key; `create` makes one (mode 0600) where there is none."""
    if create and not path.exists():
        _make_key(path)
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError as error:
        raise StoreError(
            f"the pseudonym key {path} is missing; restore it from your backup, "
            "without it workers cannot be recognised again"
        ) from error
    except (OSError, ValueError) as error:
        raise StoreError(f"the pseudonym key {path} cannot be read: {error}") from error
    if len(key) < KEY_BYTES:
        raise StoreError(f"the pseudonym key {path} is too short; restore it from your backup")
    return Pseudonyms(key)


def _make_key(path: Path) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
    except OSError as error:
        raise StoreError(f"the pseudonym key {path} cannot be made: {error.strerror}") from error


def register_simulated(
    engine: Engine, pseudonyms: Pseudonyms, platform_ids: Collection[str]
) -> None:
    """Make simulated workers known before they answer; an id that is taken is refused."""
    with writing(engine) as connection:
        known = _known(connection, [pseudonyms.of(p) for p in platform_ids])
        if any(not simulated for simulated in known.values()):
            raise SafetyError(
                "a simulated worker would take the id of a real one; nothing was done"
            )
        if known:
            raise Conflict(
                "another konkyo has just drawn the same simulated workers; "
                "run the same command again"
            )
        add_within(connection, pseudonyms, platform_ids, simulated=True)


def add_within(
    connection: Connection,
    pseudonyms: Pseudonyms,
    platform_ids: Collection[str],
    *,
    simulated: bool = False,
) -> dict[str, Worker]:
    """Platform id → worker, adding those that are new (as real, unless said otherwise)."""
    named = {platform: pseudonyms.of(platform) for platform in platform_ids}
    known = _known(connection, list(named.values()))
    fresh = {platform: w for platform, w in named.items() if w not in known}
    insert_many(connection, workers, ({"id": w, "simulated": simulated} for w in fresh.values()))
    insert_many(
        connection, worker_ids, ({"worker_id": w, "platform_id": p} for p, w in fresh.items())
    )
    return {p: Worker(w, known.get(w, simulated)) for p, w in named.items()}


def read(engine: Engine, campaign_workers: Collection[str]) -> list[Worker]:
    """The workers with the given pseudonyms."""
    return [
        w
        for piece in chunks(campaign_workers, 500)
        for w in fetch(engine, select(workers).where(workers.c.id.in_(piece)), Worker)
    ]


def count_simulated(engine: Engine) -> int:
    """How many simulated workers were ever registered."""
    with reading(engine) as connection:
        query = select(workers.c.id).where(workers.c.simulated.is_(True))
        return len(connection.execute(query).all())


def _known(connection: Connection, pseudonymous: list[str]) -> dict[str, bool]:
    known: dict[str, bool] = {}
    for piece in chunks(pseudonymous, 500):
        query = select(workers.c.id, workers.c.simulated).where(workers.c.id.in_(piece))
        known.update((row.id, row.simulated) for row in connection.execute(query))
    return known
