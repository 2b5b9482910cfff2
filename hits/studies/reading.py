"""Values out of one item of an answer, each checked; errors name the item and the field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hits.answers import AnswerError, short
from hits.studies.base import Question

ALWAYS = ("id", "position", "ms")


def only(answer: Mapping[str, Any], fields: Sequence[str]) -> None:
    """Every field is there, and no field that this study does not ask for."""
    for field in fields:
        if field not in answer:
            raise AnswerError(f"item {answer['id']!r}: the field {field!r} is missing")
    for field in answer:
        if field not in fields and field not in ALWAYS:
            raise AnswerError(f"item {answer['id']!r}: nobody asked for the field {short(field)}")


def choice(answer: Mapping[str, Any], question: Question) -> str | int:
    """The value chosen of a question's options; of the same type, so that true is not 1."""
    value = answer[question.name]
    for option in question.values:
        if type(value) is type(option) and value == option:
            return option
    wanted = ", ".join(repr(option) for option in question.values)
    raise AnswerError(
        f"item {answer['id']!r}: {question.name!r} is {short(value)}, not one of {wanted}"
    )


def marks(answer: Mapping[str, Any], field: str, n_tokens: int) -> list[int]:
    """Distinct token positions below `n_tokens`, sorted."""
    value, place = answer[field], f"item {answer['id']!r}: {field!r}"
    if not isinstance(value, list):
        raise AnswerError(f"{place} is {short(value)}, not a list of token positions")
    for mark in value:
        if type(mark) is not int:
            raise AnswerError(f"{place} holds {short(mark)}, which is no token position")
        if not 0 <= mark < n_tokens:
            raise AnswerError(f"{place} holds {mark}, outside the item's {n_tokens} tokens")
    if len(set(value)) != len(value):
        raise AnswerError(f"{place} holds a position twice")
    return sorted(value)
