"""The ledger: money reserved, spent and returned; each entry once, by its token."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, select

from db.records import LedgerEntry, LedgerKind
from db.store.engine import reading
from db.store.rows import fetch, now, to_row
from db.tables import ledger


def rows(entries: Sequence[LedgerEntry]) -> list[dict[str, Any]]:
    """Entries as rows stamped with this moment, to be written in another's transaction."""
    return [to_row(entry) | {"at": now()} for entry in entries]


def read(engine: Engine, campaign_id: str) -> list[LedgerEntry]:
    """Entries of a campaign in the order they were made."""
    query = select(ledger).where(ledger.c.campaign_id == campaign_id).order_by(ledger.c.id)
    return fetch(engine, query, LedgerEntry)


def totals(engine: Engine, campaign_id: str) -> dict[LedgerKind, Decimal]:
    """Sum by kind; kinds without an entry are zero."""
    query = select(ledger.c.kind, ledger.c.amount).where(ledger.c.campaign_id == campaign_id)
    sums: dict[LedgerKind, Decimal] = {
        k: Decimal("0.00") for k in ("reserved", "spent", "returned")
    }
    with reading(engine) as connection:
        for row in connection.execute(query):
            sums[row.kind] += row.amount
    return sums
