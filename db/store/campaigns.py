"""Campaigns with their HITs and items: written whole at `plan`, then only their state moves on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, select, update

from db.errors import Conflict, NotFound, UsageError
from db.records import Campaign, CampaignState, Hit, Item
from db.store.engine import reading, writing
from db.store.rows import fetch, from_row, insert_many, now, to_row
from db.tables import assignments, campaigns, hits, items


def add(engine: Engine, campaign: Campaign, pages: Sequence[Hit], shown: Sequence[Item]) -> None:
    """Store a planned campaign, all of it or nothing."""
    with writing(engine) as connection:
        add_within(connection, campaign, pages, shown)


def add_within(
    connection: Connection, campaign: Campaign, pages: Sequence[Hit], shown: Sequence[Item]
) -> None:
    """The same inside a transaction of the caller's."""
    if within(connection, campaign.name) is not None:
        raise Conflict(f"there is a campaign {campaign.name!r} already; choose another name")
    row = to_row(campaign) | {"created_at": campaign.created_at or now()}
    connection.execute(campaigns.insert(), row)
    extend_within(connection, pages, shown)


def extend_within(connection: Connection, pages: Sequence[Hit], shown: Sequence[Item]) -> None:
    """More pages and items of a campaign that the same transaction added."""
    insert_many(connection, hits, map(to_row, pages))
    insert_many(connection, items, map(to_row, shown))


def within(connection: Connection, name: str) -> Campaign | None:
    """The campaign called `name`, seen from inside a transaction of the caller's."""
    row = connection.execute(select(campaigns).where(campaigns.c.name == name)).mappings().first()
    return None if row is None else from_row(Campaign, dict(row))


def by_id(connection: Connection, campaign_id: str) -> Campaign | None:
    """The campaign of an id, seen from inside a transaction of the caller's."""
    query = select(campaigns).where(campaigns.c.id == campaign_id)
    row = connection.execute(query).mappings().first()
    return None if row is None else from_row(Campaign, dict(row))


def read(engine: Engine) -> list[Campaign]:
    """Every campaign, oldest first."""
    return fetch(engine, select(campaigns).order_by(campaigns.c.created_at), Campaign)


def find(engine: Engine, name: str | None, *, imported: bool = True) -> Campaign:
    """The campaign called `name`; without a name, the only open one.

    Imported campaigns (read-only) count only where `imported` says that they may be meant.
    """
    known = [c for c in read(engine) if imported or c.environment != "imported"]
    names = ", ".join(c.name for c in known) or "none"
    if name is not None:
        for campaign in known:
            if campaign.name == name:
                return campaign
        raise NotFound(f"no campaign is called {name!r} (there are: {names})")
    active = [c for c in known if c.state != "closed"]
    if not active:
        raise NotFound(f'there is no open campaign (there are: {names}); run "konkyo plan" first')
    if len(active) > 1:
        open_names = ", ".join(c.name for c in active)
        raise UsageError(f"several campaigns are open; name one of: {open_names}")
    return active[0]


def judged(engine: Engine) -> list[Campaign]:
    """Campaigns that have submissions, oldest first."""
    answered = select(assignments.c.campaign_id)
    query = select(campaigns).where(campaigns.c.id.in_(answered)).order_by(campaigns.c.created_at)
    return fetch(engine, query, Campaign)


def read_hits(engine: Engine, campaign_id: str) -> list[Hit]:
    """HITs of a campaign in their order."""
    query = select(hits).where(hits.c.campaign_id == campaign_id).order_by(hits.c.position)
    return fetch(engine, query, Hit)


def read_items(engine: Engine, campaign_id: str) -> list[Item]:
    """Items of a campaign, by HIT and position."""
    query = (
        select(items)
        .join(hits, hits.c.id == items.c.hit_id)
        .where(items.c.campaign_id == campaign_id)
        .order_by(hits.c.position, items.c.position)
    )
    return fetch(engine, query, Item)


def set_state(engine: Engine, campaign_id: str, state: CampaignState) -> None:
    """Move a campaign on; the first `open` stamps the time of publication."""
    values: dict[str, str | datetime] = {"state": state}
    with writing(engine) as connection:
        if state == "open":
            query = select(campaigns.c.published_at).where(campaigns.c.id == campaign_id)
            if connection.execute(query).scalar() is None:
                values["published_at"] = now()
        connection.execute(update(campaigns).where(campaigns.c.id == campaign_id).values(**values))


def market_ids(engine: Engine, campaign_id: str) -> dict[str, str]:
    """Our HIT id → the market's, for the HITs that are out."""
    query = select(hits.c.id, hits.c.market_id).where(
        hits.c.campaign_id == campaign_id, hits.c.market_id.is_not(None)
    )
    with reading(engine) as connection:
        return {row.id: row.market_id for row in connection.execute(query)}
