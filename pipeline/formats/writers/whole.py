"""A file or folder that is there complete or not at all, and that overwrites nothing."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from db.errors import KonkyoError, UsageError


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write into, which gets its name when everything is written."""
    with _beside(path) as folder:
        made = folder / "file"
        with made.open("wb") as file:
            yield file
        made.chmod(0o644)
        made.replace(path)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A folder to write into, which gets its name when everything is written."""
    with _beside(path) as folder:
        made = folder / "folder"
        made.mkdir()
        yield made
        made.chmod(0o755)
        made.rename(path)


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A hidden folder beside `path`, removed in any case; errors of the system are translated."""
    if os.path.lexists(path):
        raise UsageError(f"{path} is there already; remove it, or name another place")
    try:
        folder = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise KonkyoError(f"{path} cannot be written: {error.strerror or error}") from error
