"""A file that is one JSON document, held whole: bounded, UTF-8, every fault with its line."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any, NoReturn

from db.errors import DataError, ImportFailed
from pipeline.formats.lines import read_text
from pipeline.formats.objects import kind

MAX_BYTES = 2**30
"""The largest document: above any published data set in one JSON file."""


def read_json(path: Path) -> Any:
    """The document; a key that stands twice in an object, NaN and Infinity are refused."""
    text = read_text(path, MAX_BYTES)
    try:
        return json.loads(text, parse_constant=_refuse, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        problem = f"is not valid JSON: {error.msg} (column {error.colno}); is the file complete?"
        raise ImportFailed(path, error.lineno, problem) from error
    except RecursionError as error:
        raise ImportFailed(path, None, "is not usable JSON: it is nested too deeply") from error
    except (DataError, ValueError) as error:
        raise ImportFailed(path, None, f"is not usable JSON: {error}") from error


def json_object(path: Path) -> dict[str, Any]:
    """The document, which has to be an object."""
    found = read_json(path)
    if not isinstance(found, dict):
        raise ImportFailed(path, None, f"expected a JSON object, found {kind(found)}")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys stand once each: the last of two would hide the first."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise DataError(f"the key {twice!r} stands twice in one object; ids must be unique")
    return found


def _refuse(constant: str) -> NoReturn:
    raise DataError(f"{constant} is not a JSON number")
