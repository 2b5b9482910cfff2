"""`konkyo review`: approve and pay what people submitted.

Approved, paid and usable as data are three things: this is about the first two. Whether an
answer enters an analysis is decided there, by rules that are reported.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from db.errors import SafetyError
from db.records import AssignmentStatus, Campaign
from db.store import assignments, campaigns
from db.store.settlement import settle
from db.words import counted
from pipeline.market import planned_market
from pipeline.project import Project


@dataclass(frozen=True)
class Reviewed:
    """How many submissions were approved by this call, and what they earn together."""

    campaign: Campaign
    approved: int
    paid: Decimal


def approve_all(
    project: Project,
    name: str | None,
    *,
    live: bool = False,
    on_assignment: Callable[[int, int], None] | None = None,
) -> Reviewed:
    """Approve every collected submission that waits for review; in production say `live`."""
    campaign = campaigns.find(project.engine, name, imported=False)
    waiting = [a for a in assignments.read(project.engine, campaign.id) if a.status == "Submitted"]
    if waiting and campaign.environment == "production" and not live:
        raise SafetyError(
            f"approving {counted(len(waiting), 'submission')} of {campaign.name!r} pays real people "
            f'{campaign.reward * len(waiting)} {campaign.currency}; say "konkyo review --live"'
        )
    market = planned_market(project, campaign)
    for number, assignment in enumerate(waiting, start=1):
        market.approve(assignment.market_id)
        approved: dict[str, AssignmentStatus] = {assignment.market_id: "Approved"}
        assignments.set_status(project.engine, campaign.id, approved)
        if on_assignment is not None:
            on_assignment(number, len(waiting))
    settle(project.engine, campaign)
    return Reviewed(campaign, len(waiting), campaign.reward * len(waiting))
