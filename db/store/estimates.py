"""Numbers that took long to measure, kept so that a report need not measure them again."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from sqlalchemy import Engine, delete, select

from db.records import Estimate
from db.store.engine import reading, writing
from db.store.rows import insert_many, now
from db.tables import estimates


def replace(engine: Engine, command: str, context: str, found: Sequence[Estimate]) -> None:
    """Store what `command` found about `context` in place of what it found before."""
    stamp = now()
    rows = (
        {
            "command": command,
            "context": context,
            "position": position,
            "estimate": dataclasses.asdict(estimate),
            "created_at": stamp,
        }
        for position, estimate in enumerate(found)
    )
    with writing(engine) as connection:
        connection.execute(
            delete(estimates).where(estimates.c.command == command, estimates.c.context == context)
        )
        insert_many(connection, estimates, rows)


def read(engine: Engine, command: str, context: str) -> list[Estimate]:
    """What `command` last found about `context`, in the order it was reported."""
    query = (
        select(estimates.c.estimate)
        .where(estimates.c.command == command, estimates.c.context == context)
        .order_by(estimates.c.position)
    )
    with reading(engine) as connection:
        return [Estimate(**value) for value in connection.execute(query).scalars()]
