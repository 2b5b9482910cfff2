"""Maps of pictures in plain files: JSON lines, or a numpy archive.

A line of JSON has `scores` (rows of numbers, from the top left), the picture as `image` (its file
within the folder of pictures) or `id` (its content hash), and `explainer` (default: "model"). An
archive (.npz) holds one array (rows, cols) a picture, called by its file or id, all of one
explainer, "model".
"""

from __future__ import annotations

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
Map = NDArray[np.float32]
Maps = dict[str, dict[str, Map]]
NO_GRID = "`scores` must be rows of finite numbers, every row with as many"


class _Entry(NamedTuple):
    """One map, of the picture called `name`."""

    explainer: str
    name: str
    scores: Map


def maps_of_file(path: Path, pictures: Sequence[Instance]) -> Maps:
    """Explainer → instance id → float32, shape (rows, cols); an entry that does not fit is named.

    An id of a picture that is not among `pictures` is kept, the name of an unknown file refused.
    """
    by_file = {i.attributes["file"]: i.id for i in pictures if "file" in i.attributes}
    known = by_file | {i.id: i.id for i in pictures}
    found: Maps = {}
    entries = _of_archive if path.suffix.lower() == ".npz" else _of_lines
    for place, entry in entries(path):
        with at(place):
            mine, identity = found.setdefault(entry.explainer, {}), known.get(entry.name)
            if identity is None:
                identity = _unknown(entry.name)
            if identity in mine:
                raise DataError(f"a second map by {entry.explainer!r} for {entry.name!r}")
            mine[identity] = entry.scores
    if not found:
        raise ImportFailed(path, None, "holds no maps")
    return found


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
