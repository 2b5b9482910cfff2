"""How a study shows rationales: the settings that say so, and the panel that comes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from db.records import Item
from hits.studies import settings as ask
from hits.studies.base import Explained, Material
from hits.studies.composing import content
from hits.studies.panels import PRESENTATIONS, Hue, Panel

SHOWING: Mapping[str, Any] = {"presentation": "heat", "top_k": 5}
"""Settings of every study that shows rationales, with their defaults."""
WAYS = tuple(dict.fromkeys(way for ways in PRESENTATIONS.values() for way in ways[1:]))


def checked_showing(given: Mapping[str, Any]) -> dict[str, Any]:
    """In which way rationales are shown, and how many words of them as "top"."""
    return {
        "presentation": ask.choice(given, "presentation", WAYS),
        "top_k": ask.number(given, "top_k", 1, 1000),
    }


def explained_panel(
    item: Item,
    material: Material,
    explained: Explained,
    settings: Mapping[str, Any],
    *,
    caption: str = "",
    hue: Hue = "blue",
) -> Panel:
    """The item's instance with a rationale on it, shown as the item says."""
    return content(
        material.instance,
        explained=explained,
        presentation=item.presentation,
        top_k=settings["top_k"] if item.presentation == "top" else None,
        caption=caption,
        hue=hue,
    )
