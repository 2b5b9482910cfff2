"""A ReviewPolicy structure: two are known, each with its own parameters, checked by name.

Both come from Amazon's documentation of 2011-09-01. Some parameters have been spelled in two ways
there; both are read.
"""

import re
from dataclasses import dataclass
from typing import Any

from hits.endpoint.errors import WireError, invalid_parameter

Structure = dict[str, Any]
KNOWN_ANSWERS = "ScoreMyKnownAnswers/2011-09-01"
PLURALITY = "SimplePlurality/2011-09-01"
_SPELLINGS = {
    "QuestionIDs": "QuestionIds",
    "ApproveIfWorkerAgreementScoreIsNotLessThan": "ApproveIfWorkerAgreementScoreIsAtLeast",
}
_SCORE = (0, 101)
_EXTEND = {"ExtendMaximumAssignments": (2, 10**9), "ExtendMinimumTimeInSeconds": (3600, 31_536_000)}
_NUMBERS = {
    KNOWN_ANSWERS: {
        "ApproveIfKnownAnswerScoreIsAtLeast": _SCORE,
        "RejectIfKnownAnswerScoreIsLessThan": _SCORE,
        "ExtendIfKnownAnswerScoreIsLessThan": _SCORE,
        **_EXTEND,
    },
    PLURALITY: {
        "QuestionAgreementThreshold": _SCORE,
        "DisregardAssignmentIfKnownAnswerScoreIsLessThan": _SCORE,
        "ExtendIfHITAgreementScoreIsLessThan": (1, 100),
        "ApproveIfWorkerAgreementScoreIsAtLeast": _SCORE,
        "RejectIfWorkerAgreementScoreIsLessThan": _SCORE,
        **_EXTEND,
    },
}
_TEXTS = {KNOWN_ANSWERS: {"ApproveReason", "RejectReason"}, PLURALITY: {"RejectReason"}}
_REQUIRED = {
    KNOWN_ANSWERS: ("AnswerKey",),
    PLURALITY: ("QuestionIds", "QuestionAgreementThreshold"),
}
_EXTENDING = ("ExtendIfKnownAnswerScoreIsLessThan", "ExtendIfHITAgreementScoreIsLessThan")
_TRUE, _FALSE = {"t", "true"}, {"f", "false"}
_MOST_QUESTIONS = 15


@dataclass(frozen=True)
class Policy:
    """What a policy asks for; a number that is None switches its action off."""

    numbers: dict[str, int]
    texts: dict[str, str]
    questions: tuple[str, ...] = ()
    answers: dict[str, frozenset[str]] | None = None
    disregard_rejected: bool = False

    def number(self, name: str) -> int | None:
        """A parameter that is a whole number."""
        return self.numbers.get(name)


def check(member: str, given: Structure, expected: str) -> None:
    """Refuse a policy that cannot be carried out, naming the parameter."""
    if given["PolicyName"] != expected:
        raise invalid_parameter(f"{member}.PolicyName", f"must be {expected}")
    read(given, member)


def read(given: Structure, member: str = "ReviewPolicy") -> Policy:
    """The policy in a structure."""
    name = given["PolicyName"]
    parameters = _parameters(given, member)
    for wanted in _REQUIRED[name]:
        if wanted not in parameters:
            raise invalid_parameter(f"{member}.{wanted}", "is required")
    numbers: dict[str, int] = {}
    texts: dict[str, str] = {}
    others: dict[str, Any] = {}
    for key, value in parameters.items():
        where = f"{member}.{key}"
        if key in _NUMBERS[name]:
            numbers[key] = _number(where, value, *_NUMBERS[name][key])
        elif key in _TEXTS[name]:
            texts[key] = _one(where, value)
        elif (name, key) == (KNOWN_ANSWERS, "AnswerKey"):
            others["answers"] = _answer_key(where, value)
        elif (name, key) == (PLURALITY, "QuestionIds"):
            others["questions"] = _questions(where, value)
        elif (name, key) == (PLURALITY, "DisregardAssignmentIfRejected"):
            others["disregard_rejected"] = _boolean(where, value)
        else:
            raise invalid_parameter(where, f"is not a parameter of {name}")
    _check_extension(member, numbers)
    return Policy(numbers, texts, **others)


def _parameters(given: Structure, member: str) -> dict[str, Structure]:
    found: dict[str, Structure] = {}
    for one in given.get("Parameters") or ():
        key = _SPELLINGS.get(one.get("Key", "").strip(), one.get("Key", "").strip())
        if not key or key in found:
            raise invalid_parameter(f"{member}.Parameters", f"has the key {key!r} twice or empty")
        found[key] = one
    return found


def _check_extension(member: str, numbers: dict[str, int]) -> None:
    extends = [name for name in _EXTENDING if name in numbers]
    if extends and "ExtendMaximumAssignments" not in numbers:
        raise invalid_parameter(f"{member}.ExtendMaximumAssignments", f"goes with {extends[0]}")


def _one(where: str, value: Structure) -> str:
    values = value.get("Values") or []
    if len(values) != 1:
        raise invalid_parameter(where, "must have one value")
    return str(values[0])


def _number(where: str, value: Structure, low: int, high: int) -> int:
    text = _one(where, value).strip()
    if not re.fullmatch(r"\d{1,10}", text) or not low <= int(text) <= high:
        raise invalid_parameter(where, f"must be a whole number from {low} to {high}")
    return int(text)


def _boolean(where: str, value: Structure) -> bool:
    text = _one(where, value).strip().lower()
    if text not in _TRUE | _FALSE:
        raise invalid_parameter(where, "must be T or F")
    return text in _TRUE


def _questions(where: str, value: Structure) -> tuple[str, ...]:
    """A list of values, or one with commas."""
    parts = [part.strip() for one in value.get("Values") or () for part in one.split(",")]
    questions = tuple(dict.fromkeys(part for part in parts if part))
    if not 1 <= len(questions) <= _MOST_QUESTIONS:
        raise invalid_parameter(where, f"must name 1 to {_MOST_QUESTIONS} questions")
    return questions


def _answer_key(where: str, value: Structure) -> dict[str, frozenset[str]]:
    entries = value.get("MapEntries") or []
    key = {one.get("Key", ""): frozenset(_clean(one.get("Values") or ())) for one in entries}
    if not key or len(key) < len(entries) or not all(key.values()) or "" in key:
        raise _bad_key(where)
    return key


def _bad_key(where: str) -> WireError:
    return invalid_parameter(where, "must name each question once, with its answer")


def _clean(values: Any) -> list[str]:
    return [value.strip() for value in values]
