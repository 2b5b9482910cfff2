"""Readers hand over pieces; most tests look at everything that a file held."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pipeline.formats.base import Imported, Reader, ReadOptions, whole


def whole_of(reader: Reader) -> Callable[[Path, ReadOptions], Imported]:
    """The reader as a function that gives all pieces together."""
    return lambda path, options: whole(reader(path, options))
