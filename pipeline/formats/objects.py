"""JSON lines: one JSON object a line, blank lines passed over.

As JSON readers do, the last of several equal keys holds. NaN and Infinity are no JSON and refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from db.errors import DataError
from pipeline.formats.lines import read_lines
from pipeline.formats.place import Place, at


class Record(NamedTuple):
    """One object of the file and the line on which it stands."""

    place: Place
    fields: dict[str, Any]


def read_objects(path: Path) -> Iterator[Record]:
    """The objects of a JSON lines file in order; a fault is an `ImportFailed` with its line."""
    for line in read_lines(path):
        if line.text.strip():
            place = Place(path, line.number)
            with at(place):
                fields = parse_object(line.text)
            yield Record(place, fields)


def parse_object(text: str) -> dict[str, Any]:
    """One JSON object from its text."""
    value = parse(text)
    if not isinstance(value, dict):
        raise DataError(f"expected a JSON object, found {kind(value)}")
    return value


def parse(text: str) -> Any:
    """A JSON value from its text; what is no JSON is a `DataError` that says where."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise DataError(f"is not valid JSON: {error.msg} (column {error.colno})") from error
    except RecursionError as error:
        raise DataError("is not usable JSON: it is nested too deeply") from error
    except ValueError as error:
        raise DataError("is not usable JSON: a number has too many digits") from error


def kind(value: object) -> str:
    """What a JSON value is, in words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    names: dict[type, str] = {str: "a string", int: "a whole number", float: "a number"}
    names |= {list: "a list", dict: "an object"}
    return names.get(type(value), type(value).__name__)


def _refuse(constant: str) -> NoReturn:
    raise DataError(f"is not valid JSON: {constant} is not a JSON number")


def fingerprint(value: object) -> bytes:
    """SHA-256 of a JSON value, the same whatever the order of its keys: 32 bytes to compare by."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).digest()
