"""Parameters, checked against botocore's own service model and the limits that it lacks.

boto3 sends what it is given after checking little more than types, so everything the model says
(required, types, ranges, lengths, patterns, enumerations) is checked here, plus the limits that
stand only in Amazon's documentation. Every refusal names the member.
"""

import math
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ListShape, ServiceModel, Shape, StringShape, StructureShape

from hits.endpoint.errors import WireError, invalid_parameter

Params = dict[str, Any]

MOST_ASSIGNMENTS = 1_000_000_000
_LENGTHS = {
    "Title": (1, 128),
    "Description": (1, 2000),
    "Keywords": (0, 1000),
    "RequesterAnnotation": (0, 255),
    "RequesterFeedback": (0, 1024),
    "Reason": (1, 4000),
    "Name": (1, 200),
    "Subject": (1, 200),
    "MessageText": (1, 4096),
    "QuestionIdentifier": (1, 256),
}
_RANGES = {
    "LifetimeInSeconds": (30, 31_536_000),
    "AssignmentDurationInSeconds": (30, 31_536_000),
    "AutoApprovalDelayInSeconds": (0, 2_592_000),
    "MaxAssignments": (1, MOST_ASSIGNMENTS),
    "NumberOfAdditionalAssignments": (1, MOST_ASSIGNMENTS),
    "TestDurationInSeconds": (1, 31_536_000),
    "RetryDelayInSeconds": (0, 31_536_000_000),
}
_MOST_ITEMS = {"QualificationRequirements": 10, "WorkerIds": 100}
_INTEGER_BITS = {"integer": 31, "long": 63}
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")


@cache
def model() -> ServiceModel:
    """botocore's description of the service: the same file that every boto3 client reads."""
    return ServiceModel(Loader().load_service_model("mturk", "service-2"), "mturk")


def check(operation: str, params: Mapping[str, Any]) -> Params:
    """The parameters that the operation declares, all valid; unknown members are ignored."""
    shape = model().operation_model(operation).input_shape
    if not isinstance(shape, StructureShape):
        return {}
    checked = _structure(shape, params, "")
    for name, value in checked.items():
        _documented_limits(name, value)
    return checked


def _structure(shape: StructureShape, value: Any, name: str) -> Params:
    if not isinstance(value, Mapping):
        raise invalid_parameter(name or "request", "must be a structure")
    prefix = f"{name}." if name else ""
    given = {key: value[key] for key in shape.members if value.get(key) is not None}
    for required in shape.required_members:
        if required not in given:
            raise _missing(prefix + required)
    return {key: _value(shape.members[key], item, prefix + key) for key, item in given.items()}


def _missing(name: str) -> WireError:
    return invalid_parameter(name, "is required")


def _value(shape: Shape, value: Any, name: str) -> Any:
    if isinstance(shape, StructureShape):
        return _structure(shape, value, name)
    if isinstance(shape, ListShape):
        return _list(shape, value, name)
    return _SCALARS[shape.type_name](shape, value, name)


def _list(shape: ListShape, value: Any, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise invalid_parameter(name, "must be a list")
    if len(value) > (most := _MOST_ITEMS.get(name, len(value))):
        raise invalid_parameter(name, f"must not have more than {most} items")
    return [_value(shape.member, item, f"{name}[{at}]") for at, item in enumerate(value)]


def _string(shape: Shape, value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise invalid_parameter(name, "must be a string")
    if _NOT_STORABLE.search(value):
        raise invalid_parameter(name, "must not contain NUL or half of a surrogate pair")
    if isinstance(shape, StringShape) and shape.enum and value not in shape.enum:
        raise invalid_parameter(name, f"must be one of {', '.join(shape.enum)}")
    _within(name, len(value), shape.metadata, "characters long")
    pattern = shape.metadata.get("pattern")
    # The patterns of this model are all anchored; fullmatch also refuses a trailing newline.
    if pattern and not re.fullmatch(pattern, value):
        raise invalid_parameter(name, f"must match {pattern}")
    return value


def _whole_number(shape: Shape, value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise invalid_parameter(name, "must be a whole number")
    if value.bit_length() > _INTEGER_BITS[shape.type_name]:
        raise invalid_parameter(name, "is out of range")
    _within(name, value, shape.metadata, "")
    return value


def _boolean(_shape: Shape, value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise invalid_parameter(name, "must be true or false")
    return value


def _timestamp(_shape: Shape, value: Any, name: str) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or abs(value) > 253_402_300_799:
        raise invalid_parameter(name, "must be a time in seconds since 1970")
    return float(value)


_SCALARS: dict[str, Callable[[Shape, Any, str], Any]] = {
    "string": _string,
    "integer": _whole_number,
    "long": _whole_number,
    "boolean": _boolean,
    "timestamp": _timestamp,
}


def _documented_limits(name: str, value: Any) -> None:
    if name in _LENGTHS:
        low, high = _LENGTHS[name]
        _within(name, len(value), {"min": low, "max": high}, "characters long")
    if name in _RANGES:
        low, high = _RANGES[name]
        _within(name, value, {"min": low, "max": high}, "")


def _within(name: str, size: int, limits: Mapping[str, Any], unit: str) -> None:
    low, high = limits.get("min"), limits.get("max")
    if low is not None and size < low:
        raise invalid_parameter(name, f"must be at least {low} {unit}".rstrip())
    if high is not None and size > high:
        raise invalid_parameter(name, f"must be at most {high} {unit}".rstrip())
