"""Check items, practice and repeats of a plan: whether there is room, and which are missing."""

from __future__ import annotations

from collections.abc import Sequence

from db.errors import UsageError
from pipeline.config import StudySettings
from pipeline.drawing.base import Draft


def check_room(settings: StudySettings) -> None:
    """UsageError where practice and repeats, asked for by name, leave no place for the study.

    Check items alone give way: a page of one item has none.
    """
    more = settings.practice_per_hit + settings.repeats_per_hit
    if more and more + settings.gold_per_hit >= settings.items_per_hit:
        raise UsageError(
            f"[study] items_per_hit = {settings.items_per_hit} has no place for an item of the "
            f"study beside gold_per_hit = {settings.gold_per_hit}, practice_per_hit = "
            f"{settings.practice_per_hit} and repeats_per_hit = {settings.repeats_per_hit}; raise "
            "it, or ask for fewer of the others"
        )


def missing_roles(settings: StudySettings, pages: Sequence[Sequence[Draft]]) -> tuple[str, ...]:
    """A note for each role that was asked for and has no item."""
    there = {draft.role for page in pages for draft in page}
    if any(draft.phase for page in pages for draft in page):
        return ("pages of phases hold no check items, practice or repeats",)
    notes = []
    if settings.practice_per_hit and "practice" not in there:
        notes.append("no practice items: no known answer is left that may be shown to people")
    if settings.repeats_per_hit and "repeat" not in there:
        notes.append("no repeats: no page has a place for one")
    return tuple(notes)
