"""Values out of one item of an answer, each checked; errors name the item and the field."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from db.masks import decode
from hits.answers import AnswerError, short
from hits.masks import check
from hits.studies.base import Asked, Question

ALWAYS = ("id", "position", "ms")
NOTHING = "nothing"
LONGEST_TEXT = 200


def read_all(
    answer: Mapping[str, Any], questions: Sequence[Question], asked: Asked
) -> dict[str, Any]:
    """The answer to each question that was asked of the item; nothing missing, nothing more."""
    posed = [q for q in questions if not q.phases or asked.phase in q.phases]
    fields = [q.name for q in posed]
    if any(q.form == "marks" for q in posed):
        fields.append(NOTHING)
    only(answer, fields)
    return {question.name: _READ[question.form](answer, question, asked) for question in posed}


def only(answer: Mapping[str, Any], fields: Sequence[str]) -> None:
    """Every field is there, and no field that this study does not ask for."""
    for field in fields:
        if field not in answer:
            raise AnswerError(f"item {answer['id']!r}: the field {field!r} is missing")
    for field in answer:
        if field not in fields and field not in ALWAYS:
            raise AnswerError(f"item {answer['id']!r}: nobody asked for the field {short(field)}")


def choice(answer: Mapping[str, Any], question: Question, _: Asked) -> str | int:
    """The value chosen of a question's options; of the same type, so that true is not 1."""
    value = answer[question.name]
    for option in question.values:
        if type(value) is type(option) and value == option:
            return option
    wanted = ", ".join(repr(option) for option in question.values)
    raise AnswerError(
        f"item {answer['id']!r}: {question.name!r} is {short(value)}, not one of {wanted}"
    )


def pick(answer: Mapping[str, Any], question: Question, asked: Asked) -> str | int:
    """The place of the item's own choice that was picked, from 0; or one of the options."""
    value = answer[question.name]
    if type(value) is int and 0 <= value < asked.n_choices:
        return value
    if question.options and type(value) is str:
        return choice(answer, question, asked)
    raise AnswerError(
        f"item {answer['id']!r}: {question.name!r} is {short(value)}, none of its "
        f"{asked.n_choices} choices"
    )


def text(answer: Mapping[str, Any], question: Question, _: Asked) -> str:
    """One line of words, as it was written but for the space around it."""
    value = answer[question.name]
    if not isinstance(value, str) or not value.strip():
        raise AnswerError(f"item {answer['id']!r}: {question.name!r} is {short(value)}, no words")
    if len(value) > LONGEST_TEXT or "\n" in value:
        raise AnswerError(
            f"item {answer['id']!r}: {question.name!r} is no single line of at most "
            f"{LONGEST_TEXT} characters"
        )
    return value.strip()


def marks(answer: Mapping[str, Any], field: str, n_units: int) -> list[int]:
    """Distinct positions below `n_units`, sorted."""
    return positions(answer[field], n_units, f"item {answer['id']!r}: {field!r}")


def positions(value: object, n_units: int, place: str) -> list[int]:
    """The same of a bare value; `place` says where it stands."""
    if not isinstance(value, list):
        raise AnswerError(f"{place} is {short(value)}, not a list of token positions")
    for mark in value:
        if type(mark) is not int:
            raise AnswerError(f"{place} holds {short(mark)}, which is no token position")
        if not 0 <= mark < n_units:
            raise AnswerError(f"{place} holds {mark}, outside the item's {n_units} tokens")
    if len(set(value)) != len(value):
        raise AnswerError(f"{place} holds a position twice")
    return sorted(value)


def mark_answer(answer: Mapping[str, Any], question: Question, asked: Asked) -> Any:
    """Positions, or the mask of an image; where nothing is marked, that must have been said."""
    if asked.size is None:
        found: Any = marks(answer, question.name, asked.n_units)
        empty = not found
    else:
        found = check(answer[question.name], asked.size)
        empty = not decode(found).any()
    said_nothing(answer, empty)
    return found


def said_nothing(answer: Mapping[str, Any], empty: bool) -> None:
    """`nothing` is chosen exactly where nothing is marked."""
    nothing, place = answer.get(NOTHING), f"item {answer['id']!r}"
    if not isinstance(nothing, bool):
        raise AnswerError(f"{place}: {NOTHING!r} is {short(nothing)}, not true or false")
    if nothing and not empty:
        raise AnswerError(f"{place}: something is marked and {NOTHING!r} is chosen too")
    if not nothing and empty:
        raise AnswerError(f"{place}: nothing is marked, and {NOTHING!r} is not chosen")


_READ: Mapping[str, Callable[[Mapping[str, Any], Question, Asked], Any]] = {
    "choice": choice,
    "pick": pick,
    "marks": mark_answer,
    "text": text,
}
