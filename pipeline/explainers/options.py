"""An explainer with options that a person wrote: `[explain.options.lime] samples = 200`."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from db.errors import UsageError
from db.words import near_miss
from pipeline.explainers import EXPLAINERS
from pipeline.explainers.base import Explainer


def with_options(name: str, given: Mapping[str, Any]) -> Explainer:
    """The explainer called `name`; unknown options and wrong kinds of values are UsageErrors.

    Every option has a default, whose type says what is taken; a float may be written as a whole
    number.
    """
    kind = EXPLAINERS.load(name)
    known = {field.name: field.default for field in dataclasses.fields(kind)}
    for option, value in given.items():
        if option not in known:
            raise UsageError(f"explainer {name}: there is no option {_unknown(option, known)}")
        _check(name, option, value, known[option])
    explainer: Explainer = kind(**given)
    return explainer


def stated(explainer: Explainer) -> dict[str, Any]:
    """The options of an explainer that are not its defaults, sorted by name."""
    fields = dataclasses.fields(explainer)  # type: ignore[arg-type]
    given = {field.name: getattr(explainer, field.name) for field in fields}
    other = {field.name for field in fields if given[field.name] != field.default}
    return {name: given[name] for name in sorted(other)}


def in_words(options: Mapping[str, Any]) -> str:
    """Options as they stand in konkyo.toml, in a line; "the defaults" where there are none."""
    said = (f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in options.items())
    return ", ".join(said) or "the defaults"


def check_names(options: Mapping[str, object]) -> None:
    """UsageError where options are given for an explainer that does not exist."""
    for name in options:
        if name not in EXPLAINERS:
            EXPLAINERS.load(name)


def _unknown(option: str, known: Mapping[str, Any]) -> str:
    there = f"there are: {', '.join(known)}" if known else "it has none"
    return f"{option!r}{near_miss(option, known)} ({there})"


def _check(name: str, option: str, value: Any, default: Any) -> None:
    wanted = {int: "a whole number", float: "a number", str: "a text in quotes"}[type(default)]
    fits = isinstance(value, (int, float) if isinstance(default, float) else type(default))
    finite = not isinstance(value, float) or abs(value) < float("inf")
    if isinstance(value, bool) or not fits or not finite:
        raise UsageError(f"explainer {name}: {option} must be {wanted}, not {value!r}")
