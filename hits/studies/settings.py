"""Settings of a study, checked one by one; every error names the setting and what it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from db.errors import ConfigError
from db.words import near_miss
from hits.page import visible

LONGEST = 300


def filled(study: str, settings: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """`settings` over `defaults`; a name that the study does not know is an error."""
    for name in settings:
        if name not in defaults:
            hint, known = near_miss(name, defaults), ", ".join(defaults)
            raise ConfigError(
                f"the study {study!r} has no setting {name!r}{hint} (there are: {known})"
            )
    return {**defaults, **settings}


def text(settings: Mapping[str, Any], name: str) -> str:
    """A setting that is one line of words."""
    return _line(settings[name], name)


def optional_text(settings: Mapping[str, Any], name: str) -> str:
    """A setting that is one line of words, or empty."""
    return "" if settings[name] == "" else _line(settings[name], name)


def flag(settings: Mapping[str, Any], name: str) -> bool:
    """A setting that is true or false."""
    value = settings[name]
    if not isinstance(value, bool):
        raise ConfigError(f"setting {name!r} takes true or false, not {value!r}")
    return value


def texts(settings: Mapping[str, Any], name: str, least: int, most: int) -> list[str]:
    """A setting that is a list of distinct lines of words, between `least` and `most` of them."""
    value = settings[name]
    if not isinstance(value, (list, tuple)):
        raise ConfigError(f"setting {name!r} takes a list of words, not {value!r}")
    lines = [_line(entry, name) for entry in value]
    if not least <= len(lines) <= most:
        wanted = f"{least}" if least == most else f"{least} to {most}"
        raise ConfigError(f"setting {name!r} takes {wanted} entries, not {len(lines)}")
    for line in lines:
        if lines.count(line) > 1:
            raise ConfigError(f"setting {name!r} has the entry {line!r} twice")
    return lines


def _line(value: object, name: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ConfigError(f"setting {name!r} takes words, not {value!r}")
    if value != value.strip() or "\n" in value or "\t" in value or visible(value) != value:
        raise ConfigError(
            f"setting {name!r} takes one line without control characters "
            f"or space around it, not {value!r}"
        )
    if len(value) > LONGEST:
        raise ConfigError(f"setting {name!r} is {len(value)} characters long, over {LONGEST}")
    return value


def choice(settings: Mapping[str, Any], name: str, there: Sequence[str]) -> str:
    """A setting that is one of a few names."""
    value = settings[name]
    if value not in there:
        raise ConfigError(f"setting {name!r} takes one of {', '.join(there)}, not {value!r}")
    return str(value)


def number(settings: Mapping[str, Any], name: str, least: int, most: int) -> int:
    """A setting that is a whole number from `least` to `most`."""
    value = settings[name]
    if type(value) is not int or not least <= value <= most:
        raise ConfigError(
            f"setting {name!r} takes a whole number from {least} to {most}, not {value!r}"
        )
    return value


def numbers(settings: Mapping[str, Any], name: str, least: int, most: int) -> list[int]:
    """A setting that is a list of different whole numbers from `least` to `most`, sorted."""
    value = settings[name]
    if not isinstance(value, (list, tuple)) or not value or len(set(map(repr, value))) < len(value):
        raise ConfigError(f"setting {name!r} takes a list of different numbers, not {value!r}")
    return sorted(number({name: entry}, name, least, most) for entry in value)


def points(settings: Mapping[str, Any], name: str) -> list[str]:
    """A scale in words: two to eleven points; a scale of one point asks nothing."""
    return texts(settings, name, 2, 11)
