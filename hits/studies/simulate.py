"""Pre/post simulation: can people predict the model better once they have seen explanations?

Hase & Bansal (2020), "Evaluating Explainable AI: Which Algorithmic Explanations Help Users Predict
Model Behavior?": predictions before, a phase of learning, predictions of other items after; in the
counterfactual form, predictions of an altered input before and after its original was explained.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from db.records import Item
from hits.studies import settings as ask
from hits.studies.asking import CONFIDENCE, checked_confidence, scale
from hits.studies.base import Material, Option, Question
from hits.studies.composing import content, shown
from hits.studies.explained import SHOWING, checked_showing, explained_panel
from hits.studies.panels import ShownItem, StudyError
from hits.studies.typical import Typical

BEFORE, LEARN, AFTER = "before", "learn", "after"
PREDICTING = (BEFORE, AFTER)
FORMS = ("other items", "counterfactual")


class Simulate(Typical):
    """Question `prediction` (a label), asked in the phases "before" and "after".

    Items of the phase "learn" show the model's own answer, with its rationale in the conditions
    that have one. What the model answered stands in `shown["target"]` and reaches the page in the
    learning phase alone.
    """

    name = "simulate"
    version = 1
    template = "simulate.html"
    title = "Predict what a computer will answer"
    instructions = (
        "A computer answers a question about each {noun}; it is **often right and sometimes "
        "wrong**. First you predict its answers. Then you see some of its answers. Then you "
        "predict again. Say what *the computer* will answer, not what you would.\n\n"
        "There is no hurry. You cannot go back to an earlier part."
    )
    defaults = {
        "labels": ["positive", "negative"],
        "question": "What will the computer answer?",
        "form": "other items",
        "before": 3,
        "learn": 3,
        "after": 3,
        "control": True,
        **CONFIDENCE,
        "confidence": False,
        **SHOWING,
    }

    def checked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The labels, the form, and how many items each phase has."""
        return {
            "labels": ask.texts(given, "labels", 2, 12),
            "question": ask.text(given, "question"),
            "form": ask.choice(given, "form", FORMS),
            **{phase: ask.number(given, phase, 1, 16) for phase in (BEFORE, LEARN, AFTER)},
            "control": ask.flag(given, "control"),
            **checked_confidence(given),
            **checked_showing(given),
        }

    def asked(self, given: Mapping[str, Any]) -> tuple[Question, ...]:
        """`prediction`, then `confidence` where it is asked for; nothing while learning."""
        options = tuple(Option(one, one) for one in given["labels"])
        asked = [Question("prediction", given["question"], "nominal", options, phases=PREDICTING)]
        if given["confidence"]:
            points = tuple(given["confidence_points"])
            asked.append(scale("confidence", given["confidence_question"], points, PREDICTING))
        return tuple(asked)

    def compose(self, item: Item, material: Material, settings: Mapping[str, Any]) -> ShownItem:
        """The instance alone; while learning with the model's answer, and perhaps its rationale."""
        if item.phase not in (BEFORE, LEARN, AFTER):
            raise StudyError(f"item {item.id!r} is in no phase of the study {self.name!r}")
        if item.phase != LEARN:
            return shown(item, [content(material.instance)])
        if material.rationales:
            panel = explained_panel(item, material, material.rationales[0], settings)
        else:
            panel = content(material.instance, label=str(item.shown["target"]))
        return shown(item, [panel])
