"""Rate how convincing a rationale is, on five points in words, and how sure one is of that."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from hits.studies import settings as ask
from hits.studies.base import Option, Question, ShownItem, StudyError, check_item
from hits.studies.reading import choice, only

DEFAULTS: Mapping[str, Any] = {
    "question": "How convincing are the highlighted words as reasons for this answer?",
    "points": [
        "not at all convincing",
        "slightly convincing",
        "moderately convincing",
        "very convincing",
        "completely convincing",
    ],
    "confidence": True,
    "confidence_question": "How sure are you of your rating?",
    "confidence_points": ["guessing", "not very sure", "fairly sure", "certain"],
}


class Rate:
    """Questions `convincing` (1 to 5) and, where asked for, `confidence` (1 to 4).

    Shown as "heat", the words are shaded in four steps by their score relative to the largest;
    as "marks", every word with a positive score is marked alike.
    """

    name = "rate"
    version = 1
    template = "rate.html"
    presentations = ("heat", "marks")
    title = "Judge how well marked words explain a computer's answer"
    instructions = (
        "A computer has read each text and gave the answer shown. The shaded words are those it "
        "says it looked at; the darker, the more. Judge **whether these words explain the "
        "answer**, not whether you like the text.\n\n"
        "There is no hurry: we want to know how *you* see it."
    )

    def check_settings(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The words of both questions and of their points, and whether confidence is asked."""
        given = ask.filled(self.name, settings, DEFAULTS)
        return {
            "question": ask.text(given, "question"),
            "points": ask.texts(given, "points", 5, 5),
            "confidence": ask.flag(given, "confidence"),
            "confidence_question": ask.text(given, "confidence_question"),
            "confidence_points": ask.texts(given, "confidence_points", 4, 4),
        }

    def check_item(self, item: ShownItem) -> None:
        """A text with words in it and a rationale to rate."""
        check_item(item, self.presentations, self.name)
        if item.scores is None:
            raise StudyError(f"item {item.id!r} has no rationale to rate: give it scores")

    def questions(self, settings: Mapping[str, Any]) -> tuple[Question, ...]:
        """`convincing`, then `confidence` where it is asked for."""
        return _asked(self.check_settings(settings))

    def read(
        self, answer: Mapping[str, Any], n_tokens: int, settings: Mapping[str, Any]
    ) -> dict[str, Any]:
        """One point of each scale that was asked for, from 1."""
        questions = _asked(ask.filled(self.name, settings, DEFAULTS))
        only(answer, [question.name for question in questions])
        return {question.name: choice(answer, question) for question in questions}


def _asked(given: Mapping[str, Any]) -> tuple[Question, ...]:
    """The questions, from complete settings."""
    asked = [_scale("convincing", given["question"], tuple(given["points"]))]
    if given["confidence"]:
        points = tuple(given["confidence_points"])
        asked.append(_scale("confidence", given["confidence_question"], points))
    return tuple(asked)


@lru_cache
def _scale(name: str, words: str, points: tuple[str, ...]) -> Question:
    # Kept, because a collection asks for the same questions once for every item that it reads.
    options = tuple(Option(value, point) for value, point in enumerate(points, start=1))
    return Question(name, words, "ordinal", options)
