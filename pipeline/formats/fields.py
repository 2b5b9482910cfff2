"""Values of a record, checked for their type: what is wrong is named with its field."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from db.errors import DataError
from pipeline.formats.objects import kind
from pipeline.formats.tokens import Span

LARGEST = 1e9
"""Far beyond any coordinate."""


def required(fields: Mapping[str, Any], name: str) -> Any:
    """The value of a field that must be there."""
    if name not in fields:
        there = ", ".join(map(repr, fields)) or "none"
        raise DataError(f"the field {name!r} is missing; the fields are: {there}")
    return fields[name]


def required_text(fields: Mapping[str, Any], name: str) -> str:
    """The string of a field that must be there."""
    return as_text(required(fields, name), name)


def optional_text(fields: Mapping[str, Any], name: str) -> str | None:
    """The string of a field; None where the field is missing, null or empty."""
    value = fields.get(name)
    return None if value is None else as_text(value, name) or None


def optional_name(fields: Mapping[str, Any], name: str) -> str | None:
    """A label, split or id: as `optional_text`, where a whole number counts as its digits."""
    value = fields.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return optional_text(fields, name)


def as_text(value: Any, name: str) -> str:
    """`value` if it is a string."""
    if not isinstance(value, str):
        raise DataError(f"the field {name!r} must be a string, not {kind(value)}")
    return value


def as_list(value: Any, name: str) -> list[Any]:
    """`value` if it is a list."""
    if not isinstance(value, list):
        raise DataError(f"the field {name!r} must be a list, not {kind(value)}")
    return value


def as_whole_number(value: Any, name: str) -> int:
    """`value` if it is a whole number; true, 1.0 and "1" are none."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise DataError(f"the field {name!r} must hold whole numbers, not {kind(value)}")
    if abs(value) > 2**31 - 1:
        raise DataError(f"the field {name!r} holds a number that no position can have")
    return value


def as_number(value: Any, name: str) -> float:
    """`value` as a float; what is none, not finite, or no coordinate for its size is refused."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise DataError(f"the field {name!r} must hold numbers, not {kind(value)}")
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise DataError(f"the field {name!r} holds {value!r:.30}, which is no coordinate")
    return float(value)


def as_positions(value: Any, name: str) -> list[int]:
    """A list of whole numbers."""
    return [as_whole_number(entry, name) for entry in as_list(value, name)]


def as_spans(value: Any, name: str) -> list[Span]:
    """A list of [start, end] pairs of whole numbers."""
    spans = []
    for entry in as_list(value, name):
        ends = as_positions(entry, name)
        if len(ends) != 2:
            raise DataError(f"the field {name!r} must hold pairs [start, end], not {entry!r:.60}")
        spans.append((ends[0], ends[1]))
    return spans


def as_attributes(value: Any, name: str) -> dict[str, str]:
    """An object whose values are strings; null is an empty one."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise DataError(f"the field {name!r} must be an object, not {kind(value)}")
    return {key: as_text(entry, f"{name}.{key}") for key, entry in value.items()}


def check_label(label: str | None, labels: Sequence[str]) -> str | None:
    """`label`, unless labels are given and it is none of them; None always passes."""
    if label is not None and labels and label not in labels:
        raise DataError(f"label {label!r} is not one of: {', '.join(map(repr, labels))}")
    return label
