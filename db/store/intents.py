"""Intents: an operation on a market is written down before it is tried, and happens once.

The order is fixed: `plan` commits the intent, `begin` commits the attempt, then the market is
called, then `finish` commits what the market said together with everything that follows from it.
A process that dies in between leaves a pending intent whose token tells the market, and us, that
the next attempt is the same operation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, select, update

from db.records import Intent
from db.store.engine import reading, writing
from db.store.rows import chunks, fetch, insert_many, now, to_row
from db.tables import hits, intents, ledger


def plan(engine: Engine, wanted: Sequence[Intent]) -> None:
    """Write down the intents whose token is not known yet, in one transaction."""
    tokens = [intent.token for intent in wanted]
    with writing(engine) as connection:
        known = _known(connection, tokens)
        insert_many(connection, intents, (to_row(i) for i in wanted if i.token not in known))


def read(engine: Engine, campaign_id: str, operation: str) -> list[Intent]:
    """Intents of a campaign for one operation, in the order of their tokens."""
    query = (
        select(intents)
        .where(intents.c.campaign_id == campaign_id, intents.c.operation == operation)
        .order_by(intents.c.token)
    )
    return fetch(engine, query, Intent)


def begin(engine: Engine, intent: Intent) -> None:
    """Commit that the operation is about to be tried (again)."""
    values = {
        "attempts": intents.c.attempts + 1,
        "first_attempt_at": intent.first_attempt_at or now(),
    }
    with writing(engine) as connection:
        connection.execute(update(intents).where(intents.c.id == intent.id).values(**values))


def finish(
    engine: Engine,
    intent: Intent,
    result: dict[str, Any],
    *,
    entries: Sequence[dict[str, Any]] = (),
    hit: tuple[str, str] | None = None,
) -> None:
    """Commit the outcome, the ledger entries it brings, and the market's id of a HIT."""
    with writing(engine) as connection:
        done = update(intents).where(intents.c.id == intent.id)
        connection.execute(done.values(state="done", result=result))
        if hit is not None:
            ours, market_id = hit
            connection.execute(update(hits).where(hits.c.id == ours).values(market_id=market_id))
        if entries:
            connection.execute(ledger.insert(), list(entries))


def counts(engine: Engine, campaign_id: str, operation: str) -> tuple[int, int]:
    """(done, planned) intents of a campaign for one operation."""
    query = select(intents.c.state).where(
        intents.c.campaign_id == campaign_id, intents.c.operation == operation
    )
    with reading(engine) as connection:
        states = list(connection.execute(query).scalars())
    return states.count("done"), len(states)


def _known(connection: Connection, tokens: list[str]) -> set[str]:
    known: set[str] = set()
    for piece in chunks(tokens, 500):
        query = select(intents.c.token).where(intents.c.token.in_(piece))
        known.update(connection.execute(query).scalars())
    return known
