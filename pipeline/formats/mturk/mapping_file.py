"""A mapping file, read and held against the columns of the results: every fault names its line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from db.errors import ImportFailed
from db.words import counted, near_miss
from pipeline.formats.mturk.mapping import (
    LABEL,
    MARKS,
    NOTHING,
    UNIT_KEYS,
    Mapping,
    QuestionMapping,
    known_keys,
)
from pipeline.formats.mturk.results import is_personal
from pipeline.formats.mturk.toml_lines import line_of

SENSE = {
    "values": ("choice", "number"),
    "options": ("choice", "set"),
    "units": ("choice", "number", "set", "text"),
    "columns": ("choice", "number", "text"),
    "blank": ("set",),
    "level": ("number",),
}


class Fault(NamedTuple):
    """What is wrong with a mapping, and the path of the key where it is wrong."""

    keys: tuple[str, ...]
    problem: str


@dataclass(frozen=True)
class MappingFile:
    """A mapping and its source, so that a fault found later still names its line."""

    path: Path
    source: str
    mapping: Mapping

    def check(self, header: Iterable[str]) -> None:
        """Refuse a mapping that names a column which the results do not have, or a person's."""
        for fault in column_faults(self.mapping, list(header)):
            raise failed(self.path, self.source, fault)


def read_mapping(path: Path) -> MappingFile:
    """Read the file; a fault is an `ImportFailed` that names the file, the line and the key."""
    source = _source(path)
    try:
        mapping = Mapping.model_validate(tomllib.loads(source))
    except tomllib.TOMLDecodeError as error:
        raise ImportFailed(path, None, f"is not valid TOML: {error}") from error
    except ValidationError as error:
        # An unknown key first: it is mostly the reason why another is missing.
        faults = sorted(error.errors(), key=lambda fault: fault["type"] != "extra_forbidden")
        raise failed(path, source, _explained(faults[0])) from error
    for name, question in mapping.questions.items():
        for fault in question_faults(name, question):
            raise failed(path, source, fault)
    return MappingFile(path, source, mapping)


def failed(path: Path, source: str, fault: Fault) -> ImportFailed:
    """The error for a fault: the line if it can be found, the key in any case."""
    key = ".".join(fault.keys)
    return ImportFailed(path, line_of(source, fault.keys), f"{key}: {fault.problem}")


def near(name: str, known: Iterable[str]) -> str:
    """`; did you mean …?`, where something known looks like `name`; else what there is."""
    names = list(known)
    there = f" (there are: {', '.join(names)})" if names else ""
    return near_miss(name, names) + there


def _source(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ImportFailed(path, None, f"is not valid UTF-8 (byte {error.start})") from error
    except OSError as error:
        raise ImportFailed(path, None, f"cannot be read: {error.strerror}") from error


def _explained(error: Any) -> Fault:
    """A fault of shape, in words."""
    keys = _key_path([part for part in error["loc"] if isinstance(part, str)])
    table, last = keys[:-1], keys[-1]
    if error["type"] == "extra_forbidden":
        return Fault(keys, f"there is no such key{near(last, known_keys(table))}")
    if error["type"] == "missing":
        return Fault(keys, "is missing; give it")
    if error["type"] in ("model_type", "dict_type"):
        return Fault(keys, f"must be a table: begin it with [{'.'.join(keys)}]")
    if error["type"] == "literal_error":
        expected = error["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ")
        said = str(error["input"])
        return Fault(keys, f"{said!r} is none of the words for it{near(said, expected)}")
    return Fault(keys, error["msg"].removeprefix("Input ") + f", not {error['input']!r}")


def _key_path(loc: Sequence[str]) -> tuple[str, ...]:
    """The path of a key, without the types that were tried for its value."""
    if loc[0] != "questions":
        return tuple(loc[:2])
    return tuple(loc[: 4 if len(loc) > 3 and loc[2] in ("values", "beside") else 3])


def question_faults(name: str, question: QuestionMapping) -> Iterator[Fault]:
    """What does not go together within one question."""
    path = ("questions", name)
    for key in sorted(question.model_fields_set & SENSE.keys()):
        if question.read not in SENSE[key]:
            yield Fault((*path, key), f"says nothing where read is {question.read!r}; leave it out")
    if (question.column is None) == (not question.columns):
        yield Fault(path, "needs either column (one) or columns (one a unit)")
    if (question.read == "spans") != (name == MARKS):
        yield Fault(path, f"an answer read as spans is called {MARKS!r}, and nothing else is")
    yield from _unit_faults(path, question)
    yield from _value_faults(path, name, question)


def _unit_faults(path: tuple[str, ...], question: QuestionMapping) -> Iterator[Fault]:
    n = len(question.units)
    if question.columns and len(question.columns) != n:
        problem = f"names {counted(len(question.columns), 'column')} for {counted(n, 'unit')}; they go one to one"
        yield Fault((*path, "columns"), problem)
    if question.units and question.read == "text" and not question.columns:
        yield Fault((*path, "units"), "a text about each unit needs columns, one a unit")
    if question.read == "set" and question.units and len(question.options) not in (0, n):
        yield Fault(
            (*path, "options"),
            f"names {counted(len(question.options), 'option')} for {counted(n, 'unit')}",
        )
    if len(set(question.options)) < len(question.options):
        yield Fault((*path, "options"), "names an option twice")
    for key, columns in question.beside.items():
        if len(columns) != n:
            yield Fault(
                (*path, "beside", key),
                f"names {counted(len(columns), 'column')} for {counted(n, 'unit')}",
            )
        if key in UNIT_KEYS:
            yield Fault((*path, "beside", key), "has a name that every unit has already")
    if question.blank == NOTHING and not (question.units or question.options):
        yield Fault((*path, "blank"), "needs units or options: a blank says no to each of them")


def _value_faults(path: tuple[str, ...], name: str, question: QuestionMapping) -> Iterator[Fault]:
    folded = [key.strip().casefold() for key in question.values]
    if len(set(folded)) < len(folded):
        yield Fault((*path, "values"), "two cells are the same but for case and blanks around them")
    if question.values and question.options:
        yield Fault((*path, "options"), "says what values says already; leave one of them out")
    words = [key for key, value in question.values.items() if isinstance(value, str)]
    if question.read == "number" and words:
        yield Fault((*path, "values", words[0]), "must be a number, as the question is read as one")
    if name == LABEL and (question.read != "choice" or len(words) < len(question.values)):
        yield Fault(path, "the label is a choice, and its values are strings")
    if name == LABEL and question.units:
        yield Fault((*path, "units"), "the label is said of the instance; name this otherwise")


def column_faults(mapping: Mapping, header: list[str]) -> Iterator[Fault]:
    for key in ("worker", "status"):
        column = getattr(mapping, key)
        if column and column not in header and key in mapping.model_fields_set:
            yield Fault((key,), f"there is no column {column!r}{near(column, header)}")
    for keys, column in mapping.columns_named():
        if column not in header:
            yield Fault(keys, f"there is no column {column!r}{near(column, header)}")
        if column == mapping.worker or is_personal(column):
            problem = f"{column!r} holds ids of people, which belong under worker and nowhere else"
            yield Fault(keys, problem)
    for name in UNIT_KEYS:
        if name in mapping.shown:
            yield Fault(("shown", name), "has a name that units use; choose another")
