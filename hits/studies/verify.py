"""Inference arguments: do these attributes fit this input? Do they fit this answer?

Kuwajima, Tanaka & Okutomi (2019): two questions, put to different people in HITs of their own, with
controls of a wrong label and of shuffled attributes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from db.records import Item
from hits.studies import settings as ask
from hits.studies.asking import UNSURE, options
from hits.studies.base import Material, Question
from hits.studies.composing import content, shown
from hits.studies.panels import Panel, ShownItem, StudyError
from hits.studies.typical import Typical

TO_INPUT, TO_LABEL = "input", "label"


class Verify(Typical):
    """Question `fits`: "yes", "no" or "unsure".

    `shown["words"]` are the attributes; with `fits` = "label", `shown["label"]` is the answer
    beside which they stand. The conditions of the controls are "wrong label" and "shuffled".
    """

    name = "verify"
    version = 1
    template = "verify.html"
    panels = (1, 2)
    title = "Judge whether a few words fit"
    instructions = (
        "A computer gave reasons for an answer as a short list of words. Judge **whether the "
        "words fit** what is shown beside them. Some lists fit and some do not.\n\n"
        "There is no hurry: we want to know how *you* see it."
    )
    defaults = {
        "fits": TO_INPUT,
        "k": 5,
        "attribute": "",
        "input_question": "Do these words describe what is shown?",
        "label_question": "Do these words fit this answer?",
        "unsure": True,
        "controls": True,
    }

    def checked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """What the attributes are held against, and how many there are."""
        return {
            "fits": ask.choice(given, "fits", (TO_INPUT, TO_LABEL)),
            "k": ask.number(given, "k", 1, 30),
            "attribute": ask.optional_text(given, "attribute"),
            "input_question": ask.text(given, "input_question"),
            "label_question": ask.text(given, "label_question"),
            "unsure": ask.flag(given, "unsure"),
            "controls": ask.flag(given, "controls"),
        }

    def asked(self, given: Mapping[str, Any]) -> tuple[Question, ...]:
        """`fits`."""
        texts = [("yes", "yes"), ("no", "no")]
        if given["unsure"]:
            texts.append((UNSURE, "not sure"))
        return (options("fits", given[f"{given['fits']}_question"], tuple(texts)),)

    def compose(self, item: Item, material: Material, settings: Mapping[str, Any]) -> ShownItem:
        """The attributes, beside the instance or beside an answer."""
        words = tuple(str(word) for word in item.shown.get("words", ()))
        if not words:
            raise StudyError(f"item {item.id!r} has no attributes to verify")
        if settings["fits"] == TO_LABEL:
            label = str(item.shown["label"])
            return shown(item, [Panel(kind="words", words=words, label=label)])
        return shown(item, [content(material.instance), Panel(kind="words", words=words)])
