"""Choose a label, then mark what justifies it: how human rationales are collected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from db.errors import ConfigError
from db.records import Item
from hits.answers import AnswerError, short
from hits.studies import settings as ask
from hits.studies.asking import checked_labels, label
from hits.studies.base import Asked, Material, Question
from hits.studies.composing import content, shown
from hits.studies.panels import ShownItem
from hits.studies.reading import choice, mark_answer, only, positions, said_nothing
from hits.studies.typical import Typical

MARKS = "marks"
UNITS = ("word", "sentence")


class Highlight(Typical):
    """Questions `label` (a label, or "unsure") and `marks`.

    `marks` are sorted positions of tokens (or of features), or a mask of an image. An empty answer
    means that the worker was asked and said that nothing justifies the label. With `mark_labels`
    every mark carries one of them: `marks` are then all marked words, and `marks.NAME` those of
    each.
    """

    name = "highlight"
    version = 1
    template = "highlight.html"
    title = "Label {nouns} and mark what justifies your answer"
    instructions = (
        "Look at each {noun} and choose the label that fits it best. Then mark the {units} that "
        "made you choose it: **as few as possible, as many as needed**. If nothing justifies your "
        "answer, say so.\n\n"
        "There is no hurry, and there are no trick questions: we want to know how *you* see it."
    )
    defaults = {
        "labels": ["positive", "negative"],
        "unsure": True,
        "label_question": "Which label fits best?",
        "mark_question": "Mark what justifies your answer.",
        "unit": "word",
        "mark_labels": [],
    }

    def checked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Labels, whether "unsure" may be chosen, the words of both questions, and what is marked."""
        kinds = ask.texts(given, "mark_labels", 0, 4)
        if len(kinds) == 1:
            raise ConfigError("setting 'mark_labels' takes no entry, or 2 to 4, not 1")
        return {
            **checked_labels(given),
            "label_question": ask.text(given, "label_question"),
            "mark_question": ask.text(given, "mark_question"),
            "unit": ask.choice(given, "unit", UNITS),
            "mark_labels": kinds,
        }

    def asked(self, given: Mapping[str, Any]) -> tuple[Question, ...]:
        """The label first, then the marks, then the marks of each kind."""
        words = given["mark_question"]
        kinds = (
            Question(f"{MARKS}.{k}", f"{words} ({k})", "set", form="marks")
            for k in given["mark_labels"]
        )
        return (_label(given), Question(MARKS, words, "set", form="marks"), *kinds)

    def compose(self, item: Item, material: Material, settings: Mapping[str, Any]) -> ShownItem:
        """The instance as it is."""
        by_sentence = settings["unit"] == "sentence"
        return shown(item, [content(material.instance, by_sentence=by_sentence)])

    def read(
        self, answer: Mapping[str, Any], asked: Asked, settings: Mapping[str, Any]
    ) -> dict[str, Any]:
        """`label` and `marks`; empty `marks` must have been said with `nothing`."""
        given = {**self.defaults, **settings}
        only(answer, ("label", MARKS, "nothing"))
        found = {"label": choice(answer, _label(given), asked)}
        if given["mark_labels"]:
            return found | _marks_of_kinds(answer, asked, given["mark_labels"])
        return found | {MARKS: mark_answer(answer, _MARKS, asked)}


_MARKS = Question(MARKS, "", "set", form="marks")


def _label(given: Mapping[str, Any]) -> Question:
    """The question for the label, from complete settings."""
    unsure = "not sure" if given["unsure"] else ""
    return label("label", given["label_question"], tuple(given["labels"]), unsure)


def _marks_of_kinds(answer: Mapping[str, Any], asked: Asked, kinds: list[str]) -> dict[str, Any]:
    """The marks of each kind, and all of them; a word is of one kind at most."""
    value, place = answer[MARKS], f"item {answer['id']!r}: {MARKS!r}"
    if not isinstance(value, dict) or set(value) != set(kinds):
        raise AnswerError(f"{place} is {short(value)}, not marks of {', '.join(kinds)}")
    by_kind = {kind: positions(value[kind], asked.n_units, f"{place}: {kind!r}") for kind in kinds}
    every = sorted(mark for marks in by_kind.values() for mark in marks)
    if len(set(every)) < len(every):
        raise AnswerError(f"{place} marks a word in two ways")
    said_nothing(answer, not every)
    return {MARKS: every} | {f"{MARKS}.{kind}": marks for kind, marks in by_kind.items()}
