"""Where in the data something stands, so that every fault can name it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from db.errors import DataError, ImportFailed


class Place(NamedTuple):
    """A line of a file, counted from 1; for a CSV record, the line on which it starts.

    Files without lines count something else, which `unit` names: records, posts.
    """

    path: Path
    line: int
    unit: str = "line"

    def seen_from(self, other: Place) -> str:
        """This place in words, the file's name left out where `other` lies in the same file."""
        here = f"{self.unit} {self.line}"
        return here if self.path == other.path else f"{self.path.name}, {here}"


@contextmanager
def at(place: Place) -> Iterator[None]:
    """Give a fault found in a value the file and the line where the value stands."""
    try:
        yield
    except DataError as error:
        raise failed(place, str(error)) from error


def failed(place: Place, problem: str) -> ImportFailed:
    """The error for a fault at a place."""
    if place.unit == "line":
        return ImportFailed(place.path, place.line, problem)
    return ImportFailed(f"{place.path}, {place.unit} {place.line}", None, problem)
