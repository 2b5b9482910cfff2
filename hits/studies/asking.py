"""Questions that several studies ask, kept: a collection asks for them once for every item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from db.errors import ConfigError
from hits.studies import settings as ask
from hits.studies.base import Option, Question

UNSURE = "unsure"
CONFIDENCE: Mapping[str, Any] = {
    "confidence": True,
    "confidence_question": "How sure are you?",
    "confidence_points": ["guessing", "not very sure", "fairly sure", "certain"],
}
"""Settings of the question how sure somebody is, with their defaults."""


@lru_cache
def label(name: str, words: str, labels: tuple[str, ...], unsure: str = "") -> Question:
    """Which of the labels; `unsure` is the text of one answer more, none where it is empty."""
    options = [Option(one, one) for one in labels]
    if unsure:
        options.append(Option(UNSURE, unsure))
    return Question(name, words, "nominal", tuple(options))


@lru_cache
def scale(name: str, words: str, points: tuple[str, ...], phases: tuple[str, ...] = ()) -> Question:
    """Points in words, stored as 1, 2, 3, …"""
    options = tuple(Option(value, point) for value, point in enumerate(points, start=1))
    return Question(name, words, "ordinal", options, phases=phases)


@lru_cache
def options(name: str, words: str, texts: tuple[tuple[str, str], ...]) -> Question:
    """One of a few named answers: pairs of the stored value and the words shown."""
    return Question(name, words, "nominal", tuple(Option(value, text) for value, text in texts))


def checked_labels(given: Mapping[str, Any]) -> dict[str, Any]:
    """The labels, and whether "unsure" may be chosen; two answers of one name are an error."""
    labels, unsure = ask.texts(given, "labels", 2, 12), ask.flag(given, "unsure")
    if unsure and UNSURE in labels:
        raise ConfigError(f"setting 'labels' has {UNSURE!r}, which 'unsure' adds already")
    return {"labels": labels, "unsure": unsure}


def checked_confidence(given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of the confidence question, checked."""
    return {
        "confidence": ask.flag(given, "confidence"),
        "confidence_question": ask.text(given, "confidence_question"),
        "confidence_points": ask.points(given, "confidence_points"),
    }


def with_confidence(
    questions: Sequence[Question], given: Mapping[str, Any]
) -> tuple[Question, ...]:
    """The questions, and how sure one is where that is asked."""
    if not given["confidence"]:
        return tuple(questions)
    points = tuple(given["confidence_points"])
    return (*questions, scale("confidence", given["confidence_question"], points))
