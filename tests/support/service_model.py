"""Every answer that a test's boto3 client gets, held against botocore's own service model."""

from __future__ import annotations

import json
from typing import Any

from botocore.model import ListShape, OperationModel, Shape, StringShape, StructureShape

_KINDS: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "long": int,
    "boolean": bool,
    "timestamp": (int, float),
}


def check_answers(client: Any) -> None:
    """From now on, an answer with a member, type or value that the model lacks fails the test."""

    def check(http_response: Any, model: OperationModel, **_: Any) -> None:
        if http_response.status_code == 200 and model.output_shape is not None:
            _check(model.output_shape, json.loads(http_response.content), model.name)

    client.meta.events.register("after-call.mturk", check)


def _check(shape: Shape, value: Any, path: str) -> None:
    if isinstance(shape, StructureShape):
        assert isinstance(value, dict), path
        unknown = set(value) - set(shape.members)
        assert not unknown, f"{path} has {sorted(unknown)}, which the model lacks"
        missing = set(shape.required_members) - set(value)
        assert not missing, f"{path} lacks {sorted(missing)}"
        for name, item in value.items():
            _check(shape.members[name], item, f"{path}.{name}")
    elif isinstance(shape, ListShape):
        assert isinstance(value, list), path
        for at, item in enumerate(value):
            _check(shape.member, item, f"{path}[{at}]")
    else:
        kind = _KINDS[shape.type_name]
        is_boolean = isinstance(value, bool)
        assert isinstance(value, kind) and is_boolean == (kind is bool), f"{path} is {value!r}"
        if isinstance(shape, StringShape) and shape.enum:
            assert value in shape.enum, f"{path} is {value!r}"
