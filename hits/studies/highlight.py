"""Choose a label, then mark the words that justify it: how human rationales are collected."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from db.errors import ConfigError
from hits.answers import AnswerError, short
from hits.studies import settings as ask
from hits.studies.base import PLAIN, Option, Question, ShownItem, check_item
from hits.studies.reading import choice, marks, only

UNSURE = "unsure"
DEFAULTS: Mapping[str, Any] = {
    "labels": ["positive", "negative"],
    "unsure": True,
    "label_question": "Which label fits the text?",
    "mark_question": "Mark the words that justify your answer.",
}


class Highlight:
    """Questions `label` (a label, or "unsure") and `marks` (sorted token positions).

    An empty list of marks means that the worker was asked and said that nothing justifies it.
    """

    name = "highlight"
    version = 1
    template = "highlight.html"
    presentations = (PLAIN,)
    title = "Read short texts and mark the words that justify your answer"
    instructions = (
        "Read each text and choose the label that fits it best. Then mark the words that made "
        "you choose it: **as few as possible, as many as needed**. If no word justifies your "
        "answer, say so.\n\n"
        "There is no hurry, and there are no trick questions: we want to know how *you* read it."
    )

    def check_settings(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Labels, whether "unsure" may be chosen, and the words of both questions."""
        given = ask.filled(self.name, settings, DEFAULTS)
        labels, unsure = ask.texts(given, "labels", 2, 12), ask.flag(given, "unsure")
        if unsure and UNSURE in labels:
            raise ConfigError(f"setting 'labels' has {UNSURE!r}, which 'unsure' adds already")
        return {
            "labels": labels,
            "unsure": unsure,
            "label_question": ask.text(given, "label_question"),
            "mark_question": ask.text(given, "mark_question"),
        }

    def check_item(self, item: ShownItem) -> None:
        """Any text with words in it can be marked."""
        check_item(item, self.presentations, self.name)

    def questions(self, settings: Mapping[str, Any]) -> tuple[Question, ...]:
        """The label first, then the marks."""
        given = self.check_settings(settings)
        return (_label(given), Question("marks", given["mark_question"], "set"))

    def read(
        self, answer: Mapping[str, Any], n_tokens: int, settings: Mapping[str, Any]
    ) -> dict[str, Any]:
        """`label` and `marks`; an empty `marks` must have been said with `nothing`."""
        only(answer, ("label", "marks", "nothing"))
        label = choice(answer, _label(ask.filled(self.name, settings, DEFAULTS)))
        marked, nothing = marks(answer, "marks", n_tokens), answer.get("nothing")
        if not isinstance(nothing, bool):
            raise AnswerError(
                f"item {answer['id']!r}: 'nothing' is {short(nothing)}, not true or false"
            )
        if nothing and marked:
            raise AnswerError(
                f"item {answer['id']!r}: words are marked and 'nothing' is chosen too"
            )
        if not nothing and not marked:
            raise AnswerError(
                f"item {answer['id']!r}: no word is marked, and 'nothing' is not chosen"
            )
        return {"label": label, "marks": marked}


def _label(given: Mapping[str, Any]) -> Question:
    """The question for the label, from complete settings."""
    return _choice(given["label_question"], tuple(given["labels"]), given["unsure"])


@lru_cache
def _choice(words: str, labels: tuple[str, ...], unsure: bool) -> Question:
    # Kept, because a collection asks for the same question once for every item that it reads.
    options = [Option(label, label) for label in labels]
    if unsure:
        options.append(Option(UNSURE, "not sure"))
    return Question("label", words, "nominal", tuple(options))
