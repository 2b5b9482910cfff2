"""Name what this shows: the concept behind a list of words, or the class that a picture stands for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from db.errors import ConfigError
from db.records import Item
from hits.studies import settings as ask
from hits.studies.asking import CONFIDENCE, UNSURE, checked_confidence, label, with_confidence
from hits.studies.base import Material, Question
from hits.studies.composing import content, shown
from hits.studies.panels import Panel, ShownItem
from hits.studies.typical import Typical


class Name(Typical):
    """Question `name`: one line of text, or one of `names` (or "unsure") where these are given.

    `shown["words"]` is the list of words; without it, the instance itself is shown.
    """

    name = "name"
    version = 1
    template = "name.html"
    title = "Say in a word what is shown"
    instructions = (
        "Each list of words, or each picture, stands for **one idea**. Say in a word or two what "
        "it is. If it could be several things, name the one you think of first.\n\n"
        "There is no hurry."
    )
    defaults = {
        "question": "What does this show?",
        "names": [],
        "unsure": True,
        "k": 10,
        "attribute": "",
        **CONFIDENCE,
        "confidence": False,
    }

    def checked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The question, the names to choose from (none: free text), the length of a word list."""
        names = ask.texts(given, "names", 0, 30)
        if len(names) == 1 or UNSURE in names:
            raise ConfigError(
                f"setting 'names' takes no entry (free text) or 2 to 30 other than {UNSURE!r}"
            )
        return {
            "question": ask.text(given, "question"),
            "names": names,
            "unsure": ask.flag(given, "unsure"),
            "k": ask.number(given, "k", 1, 50),
            "attribute": ask.optional_text(given, "attribute"),
            **checked_confidence(given),
        }

    def asked(self, given: Mapping[str, Any]) -> tuple[Question, ...]:
        """`name`, then `confidence` where it is asked for."""
        if given["names"]:
            unsure = "none of these" if given["unsure"] else ""
            first = label("name", given["question"], tuple(given["names"]), unsure)
        else:
            first = Question("name", given["question"], "nominal", form="text")
        return with_confidence([first], given)

    def compose(self, item: Item, material: Material, settings: Mapping[str, Any]) -> ShownItem:
        """A list of words, or the instance as it is."""
        words = tuple(str(word) for word in item.shown.get("words", ()))
        if words:
            return shown(item, [Panel(kind="words", words=words)])
        return shown(item, [content(material.instance)])
