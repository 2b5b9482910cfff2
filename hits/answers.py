"""Answers as they come back: answer XML, crowd-form JSON or plain fields → one dict of strings,
and out of that konkyo's own field, checked.

The field `konkyo` of a submission is one JSON object:

    {"v": 1, "study": "highlight",
     "items": [{"id": "…", "position": 0, "ms": 12345, …one study's own fields…}, …],
     "facts": {"active_ms": 61234, "focus_losses": 0, "pastes": 0, …any of the others…}}
"""

from __future__ import annotations

import json
import math
import reprlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree  # type: ignore[import-untyped]
from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]

from db.errors import KonkyoError

LARGEST = 1 << 20
LARGEST_NUMBER = 10**12
FIELD = "konkyo"
FACTS = ("active_ms", "focus_losses", "pastes")
MORE_FACTS = (
    "restores",
    "width",
    "coarse",
    "consented_ms",
    "comprehension_attempts",
    "comprehension_passed",
)
"""Facts that a page sends only where it has them."""


class AnswerError(KonkyoError):
    """A submission cannot be read; says what cannot, and where in it."""


def short(value: object) -> str:
    """A value as an error message shows it: strangers may send a megabyte."""
    return reprlib.repr(value)


@dataclass(frozen=True)
class PageAnswer:
    """What one worker sent of one page: an entry for each of its items, in order, and facts.

    `facts`: milliseconds with the page in view (pauses count for at most a minute), how often
    the window lost focus, how often something was pasted. Perhaps also: how often saved work was
    put back, the screen's width in CSS pixels, 1 where the pointer is coarse (a finger), `active_ms`
    when the worker agreed to take part, how often the checks were answered, 1 where they were
    answered rightly.
    """

    study: str
    items: tuple[Mapping[str, Any], ...]
    facts: Mapping[str, int]


def read_fields(answer: str | Mapping[str, Any]) -> dict[str, str]:
    """The fields of a submission, by name.

    Takes QuestionFormAnswers XML, a JSON object, or a mapping; a lone `taskAnswers` (which
    crowd-form sends) is opened. A field given several times has its values joined with "|".
    """
    if isinstance(answer, str):
        if _is_longer(answer, LARGEST):
            raise AnswerError(f"the answer is larger than {LARGEST} bytes")
        answer = _from_xml(answer) if answer.lstrip()[:1] == "<" else _object(answer, "the answer")
    if list(answer) == ["taskAnswers"]:
        answer = _crowd_form(answer["taskAnswers"])
    return {str(name): _as_text(value) for name, value in answer.items()}


def _is_longer(text: str, most: int) -> bool:
    """Whether the text takes more than `most` bytes; a character takes at most four."""
    if 4 * len(text) <= most:
        return False
    return len(text) > most or len(text.encode("utf-8", "surrogatepass")) > most


def _from_xml(answer: str) -> dict[str, str]:
    try:
        root: Element = ElementTree.fromstring(answer, forbid_dtd=True)
    except DefusedXmlException as error:
        raise AnswerError("the answer XML declares a DOCTYPE or entities: refused") from error
    except (ParseError, ValueError) as error:
        raise AnswerError(f"the answer is no well-formed XML: {error}") from error
    if _local(root) != "QuestionFormAnswers":
        raise AnswerError(f"the answer XML is a {_local(root)}, not QuestionFormAnswers")
    fields: dict[str, str] = {}
    for entry in root:
        if _local(entry) != "Answer":
            raise AnswerError(f"the answer XML holds a {_local(entry)} where an Answer belongs")
        name, value = _xml_entry(entry)
        fields[name] = f"{fields[name]}|{value}" if name in fields else value
    return fields


def _xml_entry(entry: Element) -> tuple[str, str]:
    """One Answer element: the field's name and its value, empty where it holds none."""
    names = [child.text or "" for child in entry if _local(child) == "QuestionIdentifier"]
    if len(names) != 1 or not names[0]:
        raise AnswerError("an Answer in the answer XML has no QuestionIdentifier")
    values = [child.text or "" for child in entry if _local(child) != "QuestionIdentifier"]
    return names[0], "|".join(values)


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _crowd_form(value: object) -> Mapping[str, Any]:
    """The one object in the JSON array that crowd-form sends."""
    entries = _json(value, "taskAnswers") if isinstance(value, str) else value
    if not isinstance(entries, list) or len(entries) != 1 or not isinstance(entries[0], dict):
        raise AnswerError("taskAnswers is not a JSON array of exactly one object")
    return entries[0]


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def read_konkyo(fields: Mapping[str, str], study: str, item_ids: Sequence[str]) -> PageAnswer:
    """konkyo's own field, checked against the study and the items that were on the page.

    `item_ids` are in the order of their positions. What a study asks of each item is left to
    that study's `read`.
    """
    if FIELD not in fields:
        names = ", ".join(sorted(fields)) or "none at all"
        raise AnswerError(f"the answer has no field {FIELD!r} (it has: {names})")
    if len(fields[FIELD]) > LARGEST:
        raise AnswerError(f"the field {FIELD!r} is larger than {LARGEST} characters")
    data = _object(fields[FIELD], FIELD)
    _equal(data, "v", 1)
    _equal(data, "study", study)
    return PageAnswer(study, _items(data.get("items"), item_ids), _facts(data.get("facts")))


def _equal(data: Mapping[str, Any], name: str, wanted: object) -> None:
    if type(data.get(name)) is not type(wanted) or data[name] != wanted:
        raise AnswerError(f"{FIELD}: {name!r} is {short(data.get(name))}, not {wanted!r}")


def _items(entries: object, item_ids: Sequence[str]) -> tuple[Mapping[str, Any], ...]:
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise AnswerError(f"{FIELD}: 'items' is not a list of objects")
    found: dict[str, Mapping[str, Any]] = {}
    for entry in entries:
        name = entry.get("id")
        if not isinstance(name, str) or name not in item_ids:
            raise AnswerError(
                f"{FIELD}: an answer to the item {short(name)}, which was not on the page"
            )
        if name in found:
            raise AnswerError(f"{FIELD}: two answers to the item {name!r}")
        found[name] = entry
    for position, name in enumerate(item_ids):
        if name not in found:
            raise AnswerError(f"{FIELD}: no answer to the item {name!r}")
        _equal_position(found[name], position)
    return tuple(found[name] for name in item_ids)


def _equal_position(entry: Mapping[str, Any], position: int) -> None:
    place = f"{FIELD}: item {entry['id']!r}"
    if type(entry.get("position")) is not int or entry["position"] != position:
        raise AnswerError(f"{place}: 'position' is {short(entry.get('position'))}, not {position}")
    _count(entry.get("ms"), f"{place}: 'ms'")


def _facts(facts: object) -> dict[str, int]:
    if not isinstance(facts, dict):
        raise AnswerError(f"{FIELD}: 'facts' is not an object")
    for name in facts:
        if name not in FACTS and name not in MORE_FACTS:
            raise AnswerError(f"{FIELD}: nobody asked for the fact {short(name)}")
    wanted = [*FACTS, *(name for name in MORE_FACTS if name in facts)]
    return {name: _count(facts.get(name), f"{FIELD}: the fact {name!r}") for name in wanted}


def _count(value: object, place: str) -> int:
    if type(value) is not int or not 0 <= value <= LARGEST_NUMBER:
        raise AnswerError(
            f"{place} is {short(value)}, not a whole number from 0 to {LARGEST_NUMBER}"
        )
    return value


def _object(text: str, place: str) -> dict[str, Any]:
    value = _json(text, place)
    if not isinstance(value, dict):
        raise AnswerError(f"{place} is not a JSON object")
    return value


def _json(text: str, place: str) -> Any:
    """Strict JSON: no key twice, no NaN or infinity, no number of absurd size."""
    try:
        return _STRICT.decode(text)
    except AnswerError as error:
        raise AnswerError(f"{place}: {error}") from error
    except ValueError as error:
        raise AnswerError(f"{place} is no JSON: {error}") from error
    except RecursionError as error:
        raise AnswerError(f"{place} is nested too deeply") from error


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        (twice, _), *_ = Counter(name for name, _ in pairs).most_common(1)
        raise AnswerError(f"the key {short(twice)} stands twice")
    return found


def _no_constant(name: str) -> Any:
    raise AnswerError(f"{name} is no number")


def _small_int(digits: str) -> int:
    if len(digits) > 15:
        raise AnswerError(f"a number of {len(digits)} digits")
    return int(digits)


def _small_float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value) or abs(value) > LARGEST_NUMBER:
        raise AnswerError(f"the number {digits[:20]} is too large")
    return value


# One decoder for all: `json.loads` with hooks would build another for every answer.
_STRICT = json.JSONDecoder(
    object_pairs_hook=_no_key_twice,
    parse_constant=_no_constant,
    parse_int=_small_int,
    parse_float=_small_float,
)
