"""One cell of an answer, read as the mapping says. Nothing is coerced: a cell fits or it does not.

    choice    a value, renamed by `values`                           yes        {"yes": true, …}
    number    a whole or decimal number, or a word that `values` has a number for        4   -0.5
    set       values, parted by | or in a list of Python or JSON     1|3   ['1', '3']   ["1"]

A blank cell says nothing: the question was not asked or not answered, and that is no value.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Sequence
from typing import Any

from db.errors import DataError
from pipeline.formats.mturk.mapping import NOTHING, QuestionMapping
from pipeline.formats.objects import parse

NUMBER = re.compile(r"[+-]?(\d{1,15}|\d{0,15}\.\d{1,15}|\d{1,15}\.)", re.ASCII)
LONGEST_LIST = 10_000
Answer = str | int | float


class Malformed(DataError):
    """A cell is not what the mapping says it is; the message is a reason to be counted."""


def read_value(cell: str, name: str, question: QuestionMapping) -> Answer | None:
    """The answer to a choice, a number or a text question; None for a blank cell."""
    if not cell.strip():
        return None
    if question.read == "text":
        return cell
    plain = cell.strip()
    chosen = plain if _is_known(plain, question) else _chosen(plain, name)
    if chosen is None:
        return None
    if question.values:
        return _renamed(chosen, name, question)
    if question.read == "number":
        return _number(chosen, name)
    if question.options and chosen not in question.options:
        raise Malformed(f"{name!r} holds an answer that is none of its options")
    return chosen


def read_set(
    cell: str, name: str, question: QuestionMapping, options: Sequence[str]
) -> frozenset[str] | None:
    """The options that a cell names, each once; None where the question was not asked."""
    if not cell.strip():
        return frozenset() if question.blank == NOTHING else None
    found = several(cell.strip(), name)
    if len(set(found)) < len(found):
        raise Malformed(f"{name!r} names an option twice")
    if not set(found) <= set(options):
        raise Malformed(f"{name!r} names an option that there is not")
    return frozenset(found)


def several(cell: str, name: str) -> list[str]:
    """The values in a cell that may hold many, in their order and as often as they stand there."""
    if cell.startswith("{"):
        return [key for key, ticked in ticks(cell, name).items() if ticked]
    if not cell.startswith("["):
        return [piece.strip() for piece in cell.split("|")]
    return [_element(value, name) for value in _list(cell, name)]


def is_list(cell: str) -> bool:
    """Whether a cell is written as several values."""
    return "|" in cell or (cell.startswith("[") and cell.endswith("]"))


def _is_known(cell: str, question: QuestionMapping) -> bool:
    """Whether the mapping names the cell as it is, so that a | in it parts nothing."""
    named = (key.strip().casefold() for key in question.values)
    return cell in question.options or cell.casefold() in named


def _renamed(chosen: str, name: str, question: QuestionMapping) -> Answer:
    """The value that the mapping gives a cell, whatever its case."""
    for key, value in question.values.items():
        if key.strip().casefold() == chosen.casefold():
            return value
    raise Malformed(f"{name!r} holds an answer that is none of its values")


def _number(text: str, name: str) -> int | float:
    if NUMBER.fullmatch(text) is None:
        raise Malformed(f"{name!r} holds an answer that is no number")
    return float(text) if "." in text else int(text)


def _chosen(cell: str, name: str) -> str | None:
    """The one answer in a cell: the cell, or the one button of a crowd-form that is pressed.

    A lone button is a box to tick, so it says "true" or "false"; of several none may be pressed,
    which says nothing.
    """
    if is_list(cell):
        raise Malformed(f"{name!r} holds several answers where one is read")
    if not cell.startswith("{"):
        return cell
    buttons = ticks(cell, name)
    if len(buttons) == 1:
        return json.dumps(next(iter(buttons.values())))
    pressed = [key for key, ticked in buttons.items() if ticked]
    if len(pressed) > 1:
        raise Malformed(f"{name!r} holds several answers where one is read")
    return pressed[0] if pressed else None


def ticks(cell: str, name: str) -> dict[str, bool]:
    """Which buttons of a crowd-form are pressed: {"a": true, "b": false}."""
    try:
        found = parse(cell)
    except DataError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(v, bool) for v in found.values()):
        raise Malformed(f"{name!r} holds JSON that says not which buttons were pressed")
    return found


def _list(cell: str, name: str) -> list[Any]:
    """A list as JSON or as Python writes it."""
    try:
        found = parse(cell)
    except DataError:
        found = _python_list(cell)
    if not isinstance(found, list):
        raise Malformed(f"{name!r} begins like a list and is none")
    return found


def _python_list(cell: str) -> Any:
    if len(cell) > LONGEST_LIST:
        return None
    try:
        with warnings.catch_warnings():
            # A backslash that Python does not know is the worker's, not a fault of ours.
            warnings.simplefilter("ignore")
            return ast.literal_eval(cell)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def _element(value: Any, name: str) -> str:
    """An entry of a list as the cell of its own that it would be; None is a blank one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int | float):
        return repr(value)
    if not isinstance(value, str):
        raise Malformed(f"{name!r} holds a list of something else than values")
    return value.strip()
