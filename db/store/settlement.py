"""What approved and rejected work means for the ledger: each assignment is settled once."""

from __future__ import annotations

from sqlalchemy import Engine, select

from db.records import Campaign, LedgerEntry
from db.store.engine import writing
from db.store.ledger import rows
from db.store.rows import insert_many
from db.tables import assignments, ledger

KINDS = {"Approved": "spent", "Rejected": "returned"}


def settle(engine: Engine, campaign: Campaign) -> int:
    """Enter the reward of every reviewed assignment that is not in the ledger; returns how many.

    An assignment that was rejected and later approved after all is entered as spent then.
    """
    with writing(engine) as connection:
        tokens = select(ledger.c.token).where(ledger.c.campaign_id == campaign.id)
        known = set(connection.execute(tokens).scalars())
        query = select(assignments.c.id, assignments.c.status).where(
            assignments.c.campaign_id == campaign.id, assignments.c.status.in_(KINDS)
        )
        entries = [
            _entry(campaign, row.id, row.status)
            for row in connection.execute(query)
            if _token(row.id, row.status) not in known
        ]
        return insert_many(connection, ledger, rows(entries))


def _entry(campaign: Campaign, assignment_id: str, status: str) -> LedgerEntry:
    return LedgerEntry(
        campaign_id=campaign.id,
        kind="spent" if status == "Approved" else "returned",
        amount=campaign.reward,
        currency=campaign.currency,
        token=_token(assignment_id, status),
        assignment_id=assignment_id,
    )


def _token(assignment_id: str, status: str) -> str:
    return f"{KINDS[status]}:{assignment_id}"
