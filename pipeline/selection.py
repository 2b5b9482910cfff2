"""What a campaign's numbers are about: how its instances were chosen, and what dropped out since.

An agreement measured on hand-picked items says little of others; so it is said how items came in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from db import frames
from db.records import Campaign, Instance
from db.store import campaigns
from db.words import counted
from pipeline.project import Project

KEY = "selection"
"""Where a planned campaign's settings say how its instances were chosen."""
LEFT_OUT = "left_out"
"""Where an imported campaign's settings say which rows of its file were set aside: reason → rows."""


@dataclass(frozen=True)
class Selection:
    """`excluded`: reason → how many, before anything was measured; `notes`: how items came in."""

    excluded: Mapping[str, int]
    notes: tuple[str, ...]


def drawn_from(pool: list[Instance], chosen: int, split: str | None) -> dict[str, Any]:
    """What `plan` writes into the settings: of how many instances, of which split, how many."""
    return {"of": len(pool), "chosen": chosen, "split": split}


def selection_of(project: Project, campaign: Campaign, asked: list[str]) -> Selection:
    """How the items of a campaign were chosen, and which of them nobody answered.

    `asked`: the questions that are measured. A campaign planned before this was written down says
    that it is not known.
    """
    shown = campaigns.read_items(project.engine, campaign.id)
    roles = Counter(item.role for item in shown)
    regular = {item.id for item in shown if item.role == "regular"}
    answered = set(_units(project, campaign, asked))
    excluded = {
        "instance that was not drawn": _not_drawn(campaign),
        "check item": roles["check"],
        "practice item": roles["practice"],
        "repeated item": roles["repeat"],
        "item without an answer": len(regular - answered),
        **campaign.settings.get(LEFT_OUT, {}),
    }
    kept = {f"selection: {reason}": n for reason, n in excluded.items() if n}
    return Selection(kept, (_told(campaign),))


def how_chosen(project: Project, campaign: Campaign) -> str:
    """For a report: how a planned campaign's instances came in, and those of its further rounds.

    A further round is a campaign of the same study whose instances were selected by a model.
    """
    checks = (
        "check items, whose answer was known, are left out of every number but the check record"
    )
    told = f"{_way(campaign)}; {checks}."
    others = [c for c in campaigns.read(project.engine) if c.id != campaign.id]
    rounds = [
        f"{c.name} ({_sought(c.settings[KEY])})"
        for c in others
        if c.study == campaign.study and "by" in c.settings.get(KEY, {})
    ]
    if rounds:
        told += (
            f" Besides, people were asked about instances that a model selected: {'; '.join(rounds)}."
            " What they said there is in no number of people's on this page."
        )
    return told[0].upper() + told[1:]


def _units(project: Project, campaign: Campaign, asked: list[str]) -> pd.Series[str]:
    """Items with an answer to any of the questions."""
    tables = [frames.answers(project.engine, campaign.id, question) for question in asked]
    return pd.concat([table["unit"] for table in tables]) if tables else pd.Series(dtype=str)


def _not_drawn(campaign: Campaign) -> int:
    chosen = campaign.settings.get(KEY)
    return 0 if chosen is None else int(chosen["of"]) - int(chosen["chosen"])


def _told(campaign: Campaign) -> str:
    """How items came in, in one sentence."""
    rest = "regular items alone; checks, practice and repeats are left out"
    return f"selection: {_way(campaign)}; {rest}"


def _way(campaign: Campaign) -> str:
    """How the instances of a campaign were chosen."""
    chosen = campaign.settings.get(KEY)
    if campaign.environment == "imported":
        return "as the imported file has it, which does not say how it was chosen"
    if chosen is None:
        return "how instances were chosen was not written down"
    split = f" of the split {chosen['split']}" if chosen["split"] else ""
    if "by" in chosen:
        return f"{_sought(chosen)}; numbers over all of them are not those of the data"
    if chosen["chosen"] == chosen["of"]:
        of = counted(chosen["of"], "instance")
        return f"{'the' if chosen['of'] == 1 else 'all'} {of}{split}"
    how = f"{chosen['chosen']} of {counted(chosen['of'], 'instance')}{split}"
    return f"{how}, drawn by chance with seed {campaign.seed}"


def _sought(chosen: Mapping[str, Any]) -> str:
    """What a proposal was made of."""
    n = int(chosen["chosen"]) - int(chosen["at_random"])
    by = f"{counted(n, 'instance')} by {chosen['by']} of run {chosen['by_run']}"
    return f"{by}, and {chosen['at_random']} at random"
