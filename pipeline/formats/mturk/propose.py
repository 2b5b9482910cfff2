"""`konkyo import mturk FILE --propose`: the guessed mapping as TOML, to be looked at and edited."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.formats.base import ReadOptions
from pipeline.formats.mturk.choice import check_named
from pipeline.formats.mturk.guess import Guess, guess_mapping
from pipeline.formats.mturk.results import read_results

BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
WIDTH = 96


def propose(path: Path, options: ReadOptions) -> str:
    """The mapping that an import would guess, as TOML; every doubt is a comment where it is."""
    results = read_results(path)
    check_named(results, options)
    guess = guess_mapping(results, options)
    lines = [f"# How {json.dumps(path.name)} is read. Guessed from its columns: look it through."]
    lines += [f"# {note}" for note in guess.notes]
    if guess.doubts:
        lines.append("# What is not certain is marked with ???.")
    for name in ("instance", "shown"):
        if name in guess.content:
            lines += _table((name,), guess.content[name], guess)
    lines += _doubt(("questions",), guess)
    for name, question in guess.content["questions"].items():
        lines += _table(("questions", name), question, guess)
    return "\n".join(lines) + "\n"


def _table(path: tuple[str, ...], table: Mapping[str, Any], guess: Guess) -> list[str]:
    """A header and its keys, each under the doubts about it; tables of lists come after them."""
    lines = ["", f"[{'.'.join(map(_key, path))}]"]
    inner = {key: value for key, value in table.items() if _holds_lists(value)}
    doubted = [keys[-1] for keys in guess.doubts if keys[:-1] == path]
    for key in dict.fromkeys([*table, *doubted]):
        lines += _doubt((*path, key), guess)
        if key in table and key not in inner:
            lines.append(f"{_key(key)} = {_value(table[key])}")
    for key, value in inner.items():
        lines += _table((*path, key), value, guess)
    return lines


def _holds_lists(value: Any) -> bool:
    return isinstance(value, Mapping) and any(isinstance(v, list) for v in value.values())


def _doubt(keys: tuple[str, ...], guess: Guess) -> list[str]:
    said = guess.doubts.get(keys)
    return [] if said is None else [f"# ??? {_one_line(said)}"]


def _value(value: Any) -> str:
    """A string, a table or a list of strings; a list too long for a line stands on several."""
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {_string(v)}" for k, v in value.items()) + " }"
    entries = [_string(entry) for entry in value]
    line = f"[{', '.join(entries)}]"
    return line if len(line) <= WIDTH else "[\n    " + ",\n    ".join(entries) + ",\n]"


def _key(name: str) -> str:
    return name if BARE.fullmatch(name) else _string(name)


def _string(text: str) -> str:
    """A basic string of TOML: JSON's, but that DEL is escaped and other letters are not."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _one_line(text: str) -> str:
    """Text that fits into a comment, whatever was typed into a header."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
