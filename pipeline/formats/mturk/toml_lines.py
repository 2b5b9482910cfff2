"""Where a key of a TOML file stands, because the parser of the library forgets it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

HEADER = re.compile(r"\s*\[\[?(.+?)\]\]?\s*(#.*)?$")
KEY = re.compile(r"""\s*((?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*'|\s*\.\s*)+?)\s*=""")


def line_of(source: str, keys: Sequence[str]) -> int | None:
    """The line of the key at the path `keys`, or of the nearest table or key around it.

    None where nothing of the path stands on a line of its own. Lines count from 1.
    """
    best, found = 0, None
    table: tuple[str, ...] = ()
    for number, line in enumerate(source.splitlines(), 1):
        here = table
        if header := HEADER.match(line):
            here = table = _path(f"[{header[1]}]")
        elif key := KEY.match(line):
            here = (*table, *_path(f"{key[1]} = 0"))
        depth = _shared(here, keys)
        if depth == len(here) and depth > best:
            best, found = depth, number
    return found


def _path(fragment: str) -> tuple[str, ...]:
    """The keys that a header or the left side of a line names; () where it is neither."""
    try:
        inner: Any = tomllib.loads(fragment)
    except tomllib.TOMLDecodeError:
        return ()
    path: list[str] = []
    while isinstance(inner, Mapping) and inner:
        ((key, inner),) = inner.items()
        path.append(key)
    return tuple(path)


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many keys two paths have in common from the start."""
    depth = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        depth += 1
    return depth
