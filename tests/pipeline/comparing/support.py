"""Campaigns planned on the desk and answered by people of known habits, without a market."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from db.records import Item
from db.store import assignments, campaigns
from db.store.assignments import Arrival, Reading
from tests.pipeline.drawing.desk import Desk

PEOPLE, EACH = 12, 4
NOW = datetime(2024, 1, 1, tzinfo=UTC)
Say = Callable[[int, Item, random.Random], dict[str, Any]]
"""Worker number, item and chance → question → value ({}: not asked)."""


def judged(desk: Desk, study: str, say: Say, *, name: str = "", **wanted: Any) -> str:
    """Plan a campaign and let four of twelve people answer each page; its name."""
    name = name or study
    planned = desk.plan(study, name, **wanted)
    pages: dict[str, list[Item]] = {}
    for item in campaigns.read_items(desk.project.engine, planned.campaign.id):
        pages.setdefault(item.hit_id, []).append(item)
    rng = random.Random(name)
    arrivals = []
    for number, (hit, items) in enumerate(pages.items()):
        for person in ((number + step * 3) % PEOPLE for step in range(EACH)):
            said = [(i.id, q, v) for i in items for q, v in say(person, i, rng).items()]
            arrival = (hit, f"WORKER{person:02}", f"A{number}-{person}", "Submitted", "{}")
            arrivals.append(Arrival(*arrival, NOW, NOW, Reading(said, {}), "test/1"))  # type: ignore[arg-type]
    engine = desk.project.engine
    assignments.add(engine, planned.campaign.id, desk.project.pseudonyms, arrivals)
    return name


def marking(desk: Desk) -> Say:
    """People mark the telling words, and now and then another."""

    def say(person: int, item: Item, rng: random.Random) -> dict[str, Any]:
        instance = desk.instances[item.instance_id]
        on = set(desk.evidence[item.instance_id])
        marks = [t for t in range(instance.n_tokens) if (t in on) != (rng.random() < 0.08)]
        return {"label": instance.label, "marks": marks}

    return say


def preferring(better: str, chance: float = 0.85) -> Say:
    """Whoever compares prefers one explainer, from either side."""

    def say(person: int, item: Item, rng: random.Random) -> dict[str, Any]:
        first = item.condition.split(" / ")[0 if item.side == "ab" else 1]
        right = rng.random() < chance
        return {"better": "first" if (first == better) == right else "second"}

    return say
