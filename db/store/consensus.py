"""What the crowd said of each instance: consensus labels and soft rationales."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine, delete, select

from db.records import HumanRationale
from db.store.engine import writing
from db.store.rows import fetch, insert_many, to_row
from db.tables import human_rationales


def replace(engine: Engine, campaign_id: str, method: str, found: Sequence[HumanRationale]) -> None:
    """Store one method's consensus of a campaign in place of what it said before."""
    with writing(engine) as connection:
        connection.execute(
            delete(human_rationales).where(
                human_rationales.c.campaign_id == campaign_id, human_rationales.c.method == method
            )
        )
        insert_many(connection, human_rationales, map(to_row, found))


def read(engine: Engine, campaign_id: str, method: str | None = None) -> list[HumanRationale]:
    """Consensus of a campaign, by one method or by all."""
    query = select(human_rationales).where(human_rationales.c.campaign_id == campaign_id)
    if method is not None:
        query = query.where(human_rationales.c.method == method)
    query = query.order_by(human_rationales.c.method, human_rationales.c.instance_id)
    return fetch(engine, query, HumanRationale)
