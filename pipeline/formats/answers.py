"""Answers to other questions than label and marks, as konkyo's own formats hold them.

    answers                                [{"question": …, "level": …, "value": …}, …]
    item, condition, presentation, side    what was put before the person, as far as it is known

A value is JSON in a string: its shape differs from answer to answer, and a column has one type.
The level is that of measurement; an answer without one is kept and not measured ("text").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from db.errors import DataError
from db.records import Item
from pipeline.formats import fields as check
from pipeline.formats.base import Summary
from pipeline.formats.objects import kind, parse

USUAL = {"label": "nominal", "marks": "set"}
LEVELS = ("nominal", "ordinal", "interval", "ratio", "set", "text")
LONGEST = {"item": 64, "condition": 200, "presentation": 64, "side": 16}
"""What is told of an item, and the characters that each has at most."""


@dataclass
class Questions:
    """The questions that a file answers, on their way through it: question → level."""

    levels: dict[str, str] = field(default_factory=dict)
    usual: set[str] = field(default_factory=set)

    def take(self, value: Any, name: str) -> dict[str, Any]:
        """The answers under the field `name`, question → value; null is none. See `DataError`s."""
        found: dict[str, Any] = {}
        for entry in [] if value is None else check.as_list(value, name):
            if not isinstance(entry, dict):
                raise DataError(f"the field {name!r} must hold objects, not {kind(entry)}")
            question = check.required_text(entry, "question")
            if question in USUAL or question in found:
                how = "has a field of its own" if question in USUAL else "is answered twice"
                raise DataError(f"the question {question!r} under {name!r} {how}")
            self._hold(question, check.optional_text(entry, "level") or "text")
            found[question] = _value(entry, question)
        return found

    def _hold(self, question: str, level: str) -> None:
        if level not in LEVELS:
            raise DataError(f"level {level!r} is not one of: {', '.join(LEVELS)}")
        before = self.levels.setdefault(question, level)
        if before != level:
            raise DataError(
                f"the question {question!r} is {level} here and {before} before; correct one"
            )

    def note(self, values: Mapping[str, Any]) -> None:
        """Remember whether label and marks were among what was answered."""
        self.usual |= USUAL.keys() & values.keys()

    def told(self, found: Summary) -> Summary:
        """The summary with the questions; as it was where there are none but label and marks."""
        if not self.levels:
            return found
        usual = {name: level for name, level in USUAL.items() if name in self.usual}
        return replace(found, questions=usual | self.levels)


def _value(entry: Mapping[str, Any], question: str) -> Any:
    text = check.required_text(entry, "value")
    try:
        return parse(text)
    except DataError as error:
        raise DataError(
            f"the value of {question!r} {error}; write it as JSON in a string"
        ) from error


def shown(fields: Mapping[str, Any], before: str = "") -> dict[str, str]:
    """What was put before the person; `before` stands before the names of the fields."""
    found = {name: check.optional_name(fields, before + name) for name in LONGEST}
    for name, value in found.items():
        if value is not None and len(value) > LONGEST[name]:
            raise DataError(f"{before + name!r} has more than {LONGEST[name]} characters")
    return {name: value for name, value in found.items() if value is not None}


def put(item: Item, told: Mapping[str, Any]) -> Item:
    """The item with condition, presentation and side, if `told` holds nothing that is none of it.

    Other formats show what they like, under any names and at any length: that is left alone.
    """
    if not told or not all(len(str(v)) <= LONGEST.get(name, -1) for name, v in told.items()):
        return item
    return replace(
        item,
        condition=told.get("condition", item.condition),
        presentation=told.get("presentation", item.presentation),
        side=told.get("side", item.side),
    )
