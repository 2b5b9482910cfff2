"""What a campaign asked and told, word for word as it was kept with the campaign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from db.records import Campaign
from hits.studies import load_study
from hits.studies.base import Option
from hits.studies.nouns import worded

USUAL = {"label": "nominal", "marks": "set"}


@dataclass(frozen=True)
class AskedOf:
    """One question: its name, its words ("" where an import does not know them), its answers.

    `free`: answered in words of the worker's own.
    """

    name: str
    words: str
    level: str
    options: tuple[Option, ...] = ()
    free: bool = False


def asked(campaign: Campaign) -> tuple[AskedOf, ...]:
    """Every question of a campaign, those in words of one's own among them."""
    if campaign.environment == "imported":
        levels = campaign.settings.get("questions", USUAL)
        return tuple(AskedOf(n, "", level, free=level == "text") for n, level in levels.items())
    questions = load_study(campaign.study).questions(campaign.settings["options"])
    return tuple(AskedOf(q.name, q.text, q.level, q.options, q.form == "text") for q in questions)


def told(campaign: Campaign) -> dict[str, str]:
    """Title → what workers were told, Markdown as it was written; without what was not said."""
    if campaign.environment == "imported":
        return {}
    settings: dict[str, Any] = dict(campaign.settings)
    general, options = settings.get("study", {}), settings.get("options", {})
    study, kind = load_study(campaign.study), settings.get("kind", "text")
    title = general.get("title") or options.get("title") or worded(study.title, kind)
    instructions = (
        settings.get("instructions")
        or options.get("instructions")
        or worded(study.instructions, kind)
    )
    found = {
        "Title": title,
        "Instructions": instructions,
        "Consent": general.get("consent", ""),
        "Consent page": settings.get("consent_page", ""),
        "Questions on the instructions": _comprehension(general),
        "Debriefing": settings.get("debriefing", ""),
    }
    return {name: str(words) for name, words in found.items() if words}


def _comprehension(general: dict[str, Any]) -> str:
    """Each question with its options, the right one marked."""
    lines: list[str] = []
    for check in general.get("comprehension", ()):
        lines.append(check["question"])
        for number, option in enumerate(check["options"], start=1):
            lines.append(f"  {number}. {option}{' (right)' if number == check['right'] else ''}")
    return "\n".join(lines)
