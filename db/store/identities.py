"""What names a worker inside a project: platform ids and pseudonyms, to keep them from leaving it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine, select

from db.store.engine import reading
from db.tables import worker_ids, workers


@dataclass(frozen=True)
class Identities:
    """Platform ids (none after they were forgotten) and pseudonyms of every worker ever met."""

    platform_ids: frozenset[str]
    pseudonyms: frozenset[str]


def read(engine: Engine) -> Identities:
    """All of them, whichever campaign they worked for."""
    with reading(engine) as connection:
        platform = connection.execute(select(worker_ids.c.platform_id)).scalars()
        ours = connection.execute(select(workers.c.id)).scalars()
        return Identities(frozenset(platform), frozenset(ours))
