"""Where in the data something stands, so that every fault can name it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from db.errors import DataError, ImportFailed


class Place(NamedTuple):
    """A line of a file, counted from 1; for a CSV record, the line on which it starts."""

    path: Path
    line: int

    def seen_from(self, other: Place) -> str:
        """This place in words, the file's name left out where `other` lies in the same file."""
        here = f"line {self.line}"
        return here if self.path == other.path else f"{self.path.name}, {here}"


@contextmanager
def at(place: Place) -> Iterator[None]:
    """Give a fault found in a value the file and the line where the value stands."""
    try:
        yield
    except DataError as error:
        raise ImportFailed(place.path, place.line, str(error)) from error
