"""Rate how convincing a rationale is, on five points in words, and how sure one is of that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from db.records import Item
from hits.studies import settings as ask
from hits.studies.asking import CONFIDENCE, checked_confidence, scale, with_confidence
from hits.studies.base import Material, Question
from hits.studies.composing import one_explained, shown
from hits.studies.explained import SHOWING, checked_showing, explained_panel
from hits.studies.panels import ShownItem
from hits.studies.typical import Typical


class Rate(Typical):
    """Questions `convincing` (1 to 5) and, where asked for, `confidence` (1 to 4)."""

    name = "rate"
    version = 1
    template = "rate.html"
    title = "Judge how well marked {units} explain a computer's answer"
    instructions = (
        "A computer has looked at each {noun} and gave the answer shown. The {units} that are marked "
        "are those it says it looked at; the stronger the mark, the more. Judge **whether these {units} explain "
        "the answer**, not whether you like the {noun}.\n\n"
        "There is no hurry: we want to know how *you* see it."
    )
    defaults = {
        "question": "How convincing is what is marked as a reason for this answer?",
        "points": [
            "not at all convincing",
            "slightly convincing",
            "moderately convincing",
            "very convincing",
            "completely convincing",
        ],
        **CONFIDENCE,
        "confidence_question": "How sure are you of your rating?",
        **SHOWING,
    }

    def checked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The words of both questions and of their points, and how rationales are shown."""
        return {
            "question": ask.text(given, "question"),
            "points": ask.points(given, "points"),
            **checked_confidence(given),
            **checked_showing(given),
        }

    def asked(self, given: Mapping[str, Any]) -> tuple[Question, ...]:
        """`convincing`, then `confidence` where it is asked for."""
        rating = scale("convincing", given["question"], tuple(given["points"]))
        return with_confidence([rating], given)

    def compose(self, item: Item, material: Material, settings: Mapping[str, Any]) -> ShownItem:
        """The instance with the rationale to rate."""
        explained = one_explained(item, material.rationales, self.name)
        return shown(item, [explained_panel(item, material, explained, settings)])
