"""Which of two rationales explains the answer better: blind, sides and colours counterbalanced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from db.records import Item
from hits.studies import settings as ask
from hits.studies.asking import CONFIDENCE, checked_confidence, options, with_confidence
from hits.studies.base import Material, Question
from hits.studies.composing import shown
from hits.studies.explained import SHOWING, checked_showing, explained_panel
from hits.studies.panels import Hue, ShownItem, StudyError
from hits.studies.typical import Typical

CAPTIONS = ("Explanation A", "Explanation B")
FIRST, SECOND, EQUAL = "first", "second", "equal"


class Compare(Typical):
    """Question `better`: "first" or "second" (as shown), or "equal" where ties are allowed.

    An item's rationales stand in the order in which they are shown; its `condition` names the two
    explainers in one order for all items, and its `side` says whether they are shown so ("ab") or
    the other way round ("ba"). `shown["hue"]` is the colour of the first.
    """

    name = "compare"
    version = 1
    template = "compare.html"
    panels = (2, 2)
    title = "Compare two explanations of a computer's answer"
    instructions = (
        "A computer has given the answer shown. Two explanations, A and B, mark what it may have "
        "looked at; the stronger the mark, the more. Choose the one that **explains the answer better**. The "
        "colours mean nothing: they only tell the two apart.\n\n"
        "There is no hurry: we want to know how *you* see it."
    )
    defaults = {
        "question": "Which explanation is better?",
        "tie": True,
        **CONFIDENCE,
        "confidence": False,
        **SHOWING,
    }

    def checked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The question, whether a tie may be said, and how rationales are shown."""
        return {
            "question": ask.text(given, "question"),
            "tie": ask.flag(given, "tie"),
            **checked_confidence(given),
            **checked_showing(given),
        }

    def asked(self, given: Mapping[str, Any]) -> tuple[Question, ...]:
        """`better`, then `confidence` where it is asked for."""
        return with_confidence([better(given["question"], given["tie"], CAPTIONS)], given)

    def compose(self, item: Item, material: Material, settings: Mapping[str, Any]) -> ShownItem:
        """The instance twice, each with one of its rationales in a colour of its own."""
        if len(material.rationales) != 2:
            raise StudyError(
                f"item {item.id!r}: the study {self.name!r} shows two rationales, "
                f"not {len(material.rationales)}"
            )
        if material.rationales[0].label != material.rationales[1].label:
            raise StudyError(f"item {item.id!r}: its rationales explain different answers")
        hues: tuple[Hue, Hue] = ("blue", "orange")
        if item.shown.get("hue") == "orange":
            hues = ("orange", "blue")
        return shown(
            item,
            [
                explained_panel(item, material, explained, settings, caption=caption, hue=hue)
                for explained, caption, hue in zip(material.rationales, CAPTIONS, hues, strict=True)
            ],
        )


def better(words: str, tie: bool, captions: tuple[str, str]) -> Question:
    """The question which of two is better."""
    texts = [(FIRST, captions[0]), (SECOND, captions[1])]
    if tie:
        texts.append((EQUAL, "both alike"))
    return options("better", words, tuple(texts))
