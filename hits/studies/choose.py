"""HIVE (Kim et al., 2022): do explanations let people tell right predictions from wrong ones?

Agreement: how similar is what was marked to examples of the predicted class? Distinction: which of
several predictions, each with its own explanation, is the right one?
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from db.records import Item
from hits.studies import settings as ask
from hits.studies.asking import scale
from hits.studies.base import Material, Question
from hits.studies.composing import content, one_explained, shown
from hits.studies.explained import SHOWING, checked_showing, explained_panel
from hits.studies.panels import Choice, ShownItem, StudyError
from hits.studies.typical import Typical

AGREEMENT, DISTINCTION = "agreement", "distinction"
MOST = 4


class Choose(Typical):
    """Distinction: `prediction`, the place of the chosen answer as shown. Agreement: `similarity`
    (1 to 4). Both: `confidence` (1 to 4).

    `shown["examples"]` maps a class to the instances that stand for it. In distinction the
    rationales, each of another class, stand in the order in which they are shown.
    """

    name = "choose"
    version = 1
    template = "choose.html"
    panels = (1, 40)
    title = "Judge a computer's predictions by its explanations"
    instructions = (
        "A computer has made predictions and marks what it looked at; the stronger the mark, the more. "
        "Judge by **what is marked** and by the examples beside it. The computer may be wrong."
        "\n\nThere is no hurry."
    )
    defaults = {
        "form": DISTINCTION,
        "examples": 2,
        "prediction_question": "Which prediction is right?",
        "similarity_question": "How similar is what is marked to the examples?",
        "similarity_points": [
            "not similar",
            "somewhat not similar",
            "somewhat similar",
            "similar",
        ],
        "confidence_question": "How confident are you in your answer?",
        "confidence_points": [
            "not confident",
            "slightly confident",
            "somewhat confident",
            "very confident",
        ],
        **SHOWING,
    }

    def checked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The form, how many examples stand for a class, and the words of the questions."""
        return {
            "form": ask.choice(given, "form", (AGREEMENT, DISTINCTION)),
            "examples": ask.number(given, "examples", 1, 5),
            "prediction_question": ask.text(given, "prediction_question"),
            "similarity_question": ask.text(given, "similarity_question"),
            "similarity_points": ask.points(given, "similarity_points"),
            "confidence_question": ask.text(given, "confidence_question"),
            "confidence_points": ask.points(given, "confidence_points"),
            **checked_showing(given),
        }

    def asked(self, given: Mapping[str, Any]) -> tuple[Question, ...]:
        """`prediction` or `similarity`, then `confidence`."""
        if given["form"] == DISTINCTION:
            first = Question("prediction", given["prediction_question"], "nominal", form="pick")
        else:
            points = tuple(given["similarity_points"])
            first = scale("similarity", given["similarity_question"], points)
        sure = scale("confidence", given["confidence_question"], tuple(given["confidence_points"]))
        return (first, sure)

    def compose(self, item: Item, material: Material, settings: Mapping[str, Any]) -> ShownItem:
        """The predictions with their rationales, and after them the examples of their classes."""
        if settings["form"] == AGREEMENT:
            one_explained(item, material.rationales, self.name)
        elif not 2 <= len(material.rationales) <= MOST:
            raise StudyError(
                f"item {item.id!r}: {len(material.rationales)} predictions to choose from, where "
                f"2 to {MOST} can be shown"
            )
        predictions = [
            explained_panel(item, material, one, settings) for one in material.rationales
        ]
        examples = []
        for one in material.rationales:
            examples += [
                replace(content(example), caption=f"An example of: {one.label}")
                for example in _examples(item, material, one.label)
            ]
        choices = tuple(Choice(panel=at) for at in range(len(predictions)))
        more = {"choices": choices} if settings["form"] == DISTINCTION else {}
        return shown(item, [*predictions, *examples], **more)


def _examples(item: Item, material: Material, label: str) -> list[Any]:
    wanted = item.shown.get("examples", {}).get(label, ())
    found = [
        material.instances[one]
        for one in wanted
        if material.instances and one in material.instances
    ]
    if not found:
        raise StudyError(
            f"item {item.id!r}: the class {label!r} has no examples to show beside its prediction; "
            "import instances with that label"
        )
    return found
