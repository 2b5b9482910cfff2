"""People who answer a planned campaign without a market: what they say goes straight into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from db.records import Item
from db.store import assignments, campaigns
from db.store.assignments import Arrival, Reading
from pipeline.plan import Planned
from pipeline.project import Project

Say = Callable[[int, Item], Mapping[str, Any]]
"""Worker number and item → question → value."""


def answer(project: Project, planned: Planned, people: int, say: Say, *, day: int = 1) -> None:
    """Every one of so many people answers every HIT, in order; on another day, once more."""
    campaign_id = planned.campaign.id
    pages: dict[str, list[Item]] = {}
    for item in campaigns.read_items(project.engine, campaign_id):
        pages.setdefault(item.hit_id, []).append(item)
    when = datetime(2024, 1, day, tzinfo=UTC)
    arrivals = [
        Arrival(
            hit,
            f"WORKER{n}",
            f"A{day}-{hit}-{n}",
            "Submitted",
            "{}",
            when,
            when,
            Reading([(i.id, q, v) for i in items for q, v in say(n, i).items()], {}),
            "test/1",
        )
        for hit, items in pages.items()
        for n in range(people)
    ]
    assignments.add(project.engine, campaign_id, project.pseudonyms, arrivals)
