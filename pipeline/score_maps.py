"""Maps of pictures in plain files: JSON lines, or a numpy archive.

A line of JSON has `scores` (rows of numbers, from the top left), the picture as `image` (its file
within the folder of pictures) or `id` (its content hash), and `explainer` (default: "model"). An
archive (.npz) holds one array (rows, cols) a picture, called by its file or id, all of one
explainer, "model".
"""

from __future__ import annotations

import math
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from db.errors import DataError, ImportFailed
from db.records import Instance
from pipeline.formats.objects import read_objects
from pipeline.formats.place import Place, at

DEFAULT = "model"
IN_MEMORY = 64 * 2**20
"""Bytes of maps that are held in memory; with more than that they wait in a temporary file."""
Map = NDArray[np.float32]


class _Place(NamedTuple):
    """Where a map lies on a shelf, and its rows and cols."""

    start: int
    shape: tuple[int, int]


class _Shelf:
    """Maps end to end in a file without a name, which stays in memory as long as it is small and is
    gone with the last map that lies there."""

    def __init__(self) -> None:
        # It is open as long as the shelf is there.
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115

    def put(self, scores: Map) -> _Place:
        """Add a map at the end."""
        rows, cols = scores.shape
        start = self._file.seek(0, os.SEEK_END)
        self._file.write(np.ascontiguousarray(scores).tobytes())
        return _Place(start, (rows, cols))

    def read(self, place: _Place) -> Map:
        """A map that lies here, which nobody may change."""
        self._file.seek(place.start)
        stored = self._file.read(math.prod(place.shape) * np.dtype(np.float32).itemsize)
        return np.frombuffer(stored, np.float32).reshape(place.shape)

    def __del__(self) -> None:
        self._file.close()


class StoredMaps(Mapping[str, Map]):
    """Instance id → float32, shape (rows, cols); each map is read when it is asked for."""

    def __init__(self, shelf: _Shelf) -> None:
        self._shelf = shelf
        self._places: dict[str, _Place] = {}

    def add(self, identity: str, scores: Map) -> None:
        """Put one more map on the shelf."""
        self._places[identity] = self._shelf.put(scores)

    def __getitem__(self, identity: str) -> Map:
        return self._shelf.read(self._places[identity])

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, identity: object) -> bool:
        return identity in self._places


Maps = dict[str, StoredMaps]
NO_GRID = "`scores` must be rows of finite numbers, every row with as many"


class _Entry(NamedTuple):
    """One map, of the picture called `name`."""

    explainer: str
    name: str
    scores: Map


def maps_of_file(path: Path, pictures: Sequence[Instance]) -> Maps:
    """Explainer → instance id → float32, shape (rows, cols); an entry that does not fit is named.

    The file is read once, map by map, and never held as a whole.

    An id of a picture that is not among `pictures` is kept, the name of an unknown file refused.
    """
    by_file = {i.attributes["file"]: i.id for i in pictures if "file" in i.attributes}
    known = by_file | {i.id: i.id for i in pictures}
    found: Maps = {}
    shelf = _Shelf()
    entries = _of_archive if path.suffix.lower() == ".npz" else _of_lines
    for place, entry in entries(path):
        with at(place):
            mine, identity = _of(found, entry.explainer, shelf), known.get(entry.name)
            if identity is None:
                identity = _unknown(entry.name)
            if identity in mine:
                raise DataError(f"a second map by {entry.explainer!r} for {entry.name!r}")
            mine.add(identity, entry.scores)
    if not found:
        raise ImportFailed(path, None, "holds no maps")
    return found


def _of(found: Maps, explainer: str, shelf: _Shelf) -> StoredMaps:
    """The maps of an explainer, those of a new one still without any."""
    if explainer not in found:
        found[explainer] = StoredMaps(shelf)
    return found[explainer]


def _unknown(name: str) -> str:
    """A name that is an id of another picture; `DataError` where it is none."""
    if len(name) == 24 and not set(name) - set("0123456789abcdef"):
        return name
    raise DataError(f"there is no picture {name!r} in the people's data")


def _of_lines(path: Path) -> Iterator[tuple[Place, _Entry]]:
    for record in read_objects(path):
        with at(record.place):
            entry = _entry(record.fields)
        yield record.place, entry


def _entry(fields: Mapping[str, Any]) -> _Entry:
    name = fields.get("id", fields.get("image"))
    if not isinstance(name, str):
        raise DataError("names no picture: `image` (its file) or `id`, a string")
    rows = fields.get("scores")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise DataError(NO_GRID)
    if any(type(score) not in (int, float) for row in rows for score in row):
        raise DataError(NO_GRID)
    try:
        return _Entry(str(fields.get("explainer", DEFAULT)), name, _grid(rows))
    except (ValueError, OverflowError) as error:
        raise DataError(NO_GRID) from error


def _grid(scores: object) -> Map:
    with np.errstate(over="ignore"):
        grid = np.asarray(scores, dtype=np.float64).astype(np.float32)
    if grid.ndim != 2 or grid.size == 0 or not np.isfinite(grid).all():
        raise DataError(NO_GRID)
    return grid


def _of_archive(path: Path) -> Iterator[tuple[Place, _Entry]]:
    """The arrays of an archive one by one; nothing that is no plain array is read."""
    if not path.exists():
        raise ImportFailed(path, None, "does not exist")
    if not zipfile.is_zipfile(path):
        raise ImportFailed(path, None, "is no numpy archive (numpy.savez)")
    try:
        with np.load(path, allow_pickle=False) as archive:
            for number, name in enumerate(archive.files, start=1):
                place = Place(path, number, "array")
                with at(place):
                    array = archive[name]
                    if array.dtype.kind not in "fiu":
                        raise DataError(f"{name!r} is no array of numbers")
                    entry = _Entry(DEFAULT, name, _grid(array))
                yield place, entry
    except (OSError, EOFError, ValueError, MemoryError, zipfile.BadZipFile, zlib.error) as error:
        raise ImportFailed(path, None, f"cannot be read: {error or 'it is too large'}") from error
