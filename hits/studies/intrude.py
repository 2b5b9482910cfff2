"""Which of these does not belong? The intruder test of Chang et al. (2009), for rationales.

Among the words (or patches) that count most stands one that does not; people who find it saw what
the others have in common.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from db.records import Instance, Item
from hits.studies import settings as ask
from hits.studies.base import Material, Option, Question
from hits.studies.composing import shown
from hits.studies.panels import Choice, Panel, ShownItem, StudyError
from hits.studies.typical import Typical

NONE = "none"


class Intrude(Typical):
    """Question `intruder`: the place of a choice, from 0 as shown, or "none" where allowed.

    `shown["choices"]` are the words, or the boxes of patches (`instance` and `box`), in the order
    in which they stand on the page; `shown["intruder"]` is the place of the one that does not
    belong, and never reaches the page.
    """

    name = "intrude"
    version = 1
    template = "intrude.html"
    panels = (0, 12)
    title = "Find the one that does not belong"
    instructions = (
        "Each group holds things that belong together, and **one that does not**. Choose the one "
        "that does not belong. There is always one; if you cannot see it, choose the likeliest."
        "\n\nThere is no hurry."
    )
    defaults = {
        "question": "Which of these does not belong?",
        "k": 5,
        "attribute": "",
        "none": False,
    }

    def checked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """How many things belong together, and whether one may say that all do."""
        return {
            "question": ask.text(given, "question"),
            "k": ask.number(given, "k", 2, 11),
            "attribute": ask.optional_text(given, "attribute"),
            "none": ask.flag(given, "none"),
        }

    def asked(self, given: Mapping[str, Any]) -> tuple[Question, ...]:
        """`intruder`."""
        options = (Option(NONE, "all belong together"),) if given["none"] else ()
        return (Question("intruder", given["question"], "nominal", options, form="pick"),)

    def check_item(self, item: ShownItem, settings: Mapping[str, Any]) -> None:
        """k that belong and one that does not, all different to see."""
        super().check_item(item, settings)
        if len(item.choices) != settings["k"] + 1:
            raise StudyError(
                f"item {item.id!r}: {len(item.choices)} choices where k = {settings['k']} asks "
                f"for {settings['k'] + 1}; lower [study.options.intrude] k"
            )
        words = [choice.text for choice in item.choices if choice.panel is None]
        if len(set(words)) < len(words):
            raise StudyError(f"item {item.id!r}: a word stands twice among its choices")

    def compose(self, item: Item, material: Material, settings: Mapping[str, Any]) -> ShownItem:
        """The choices as planned: words, or parts of pictures."""
        planned: Sequence[Mapping[str, Any]] = item.shown["choices"]
        if all("text" in choice for choice in planned):
            return shown(item, [], choices=tuple(Choice(str(c["text"])) for c in planned))
        panels = [_patch(choice, material) for choice in planned]
        return shown(item, panels, choices=tuple(Choice(panel=at) for at in range(len(panels))))


def _patch(choice: Mapping[str, Any], material: Material) -> Panel:
    from hits.pictures import cut_out

    others: Mapping[str, Instance] = material.instances or {}
    instance = others.get(choice["instance"], material.instance)
    left, upper, right, lower = choice["box"]
    return Panel(kind="image", picture=cut_out(instance, (left, upper, right, lower)))
