"""What the crowd said of each instance (soft rationales) and of each unit (labels, numbers)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, delete, select

from db.records import ConsensusOrigin, HumanRationale, UnitConsensus
from db.store.engine import writing
from db.store.rows import fetch, insert_many, now, to_row
from db.tables import consensus_origins, consensus_units, human_rationales


def replace(
    engine: Engine,
    origin: ConsensusOrigin,
    units: Sequence[UnitConsensus],
    rationales: Sequence[HumanRationale] = (),
) -> None:
    """Store one method's consensus in place of what it said of that question before.

    Its soft rationales are replaced with it, in the same transaction; a method that makes none
    leaves those that are there. Other methods and other questions stay.
    """
    with writing(engine) as connection:
        _forget(connection, origin)
        row = to_row(origin) | {"made_at": origin.made_at or now()}
        connection.execute(consensus_origins.insert(), row)
        insert_many(connection, consensus_units, map(to_row, units))
        if rationales:
            _replace_rationales(connection, origin, rationales)


def _forget(connection: Connection, origin: ConsensusOrigin) -> None:
    known = select(consensus_origins.c.id).where(
        consensus_origins.c.campaign_id == origin.campaign_id,
        consensus_origins.c.question == origin.question,
        consensus_origins.c.method == origin.method,
    )
    ids = connection.execute(known).scalars().all()
    connection.execute(delete(consensus_units).where(consensus_units.c.origin_id.in_(ids)))
    connection.execute(delete(consensus_origins).where(consensus_origins.c.id.in_(ids)))


def _replace_rationales(
    connection: Connection, origin: ConsensusOrigin, rationales: Sequence[HumanRationale]
) -> None:
    connection.execute(
        delete(human_rationales).where(
            human_rationales.c.campaign_id == origin.campaign_id,
            human_rationales.c.method == origin.method,
        )
    )
    insert_many(connection, human_rationales, map(to_row, rationales))


def read(engine: Engine, campaign_id: str, method: str | None = None) -> list[HumanRationale]:
    """Soft rationales of a campaign, by one method or by all."""
    query = select(human_rationales).where(human_rationales.c.campaign_id == campaign_id)
    if method is not None:
        query = query.where(human_rationales.c.method == method)
    query = query.order_by(human_rationales.c.method, human_rationales.c.instance_id)
    return fetch(engine, query, HumanRationale)


def read_origins(engine: Engine, campaign_id: str) -> list[ConsensusOrigin]:
    """Every consensus that is stored of a campaign, by question and method."""
    columns = consensus_origins.c
    query = select(consensus_origins).where(columns.campaign_id == campaign_id)
    return fetch(engine, query.order_by(columns.question, columns.method), ConsensusOrigin)


def read_units(engine: Engine, origin_id: str) -> list[UnitConsensus]:
    """The units of one stored consensus, in the order in which they were first judged."""
    query = select(consensus_units).where(consensus_units.c.origin_id == origin_id)
    return fetch(engine, query.order_by(consensus_units.c.position), UnitConsensus)
