"""What people said in a file under way into the database: kept on the disk, read again in order.

The campaign of an import is known only when all of it was read, and it may be larger than the
memory. The file is open to nobody else, and is gone when it is closed.
"""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import IO

from db.errors import StoreError
from db.store.rows import chunks
from pipeline.formats.base import Annotation

AT_ONCE = 2000
"""Annotations that are brought back into memory together."""


class Spool:
    """Annotations in the order in which they were added."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._parts = 0

    def add(self, annotations: Sequence[Annotation]) -> None:
        """Keep some more; before the first reading."""
        with _told():
            for part in chunks(annotations, AT_ONCE):
                pickle.dump(part, self._file, pickle.HIGHEST_PROTOCOL)
                self._parts += 1

    def parts(self) -> Iterator[Sequence[Annotation]]:
        """All of them, some at a time; may be asked for again."""
        with _told():
            self._file.seek(0)
        for _ in range(self._parts):
            yield pickle.load(self._file)

    def __iter__(self) -> Iterator[Annotation]:
        return (annotation for part in self.parts() for annotation in part)


@contextmanager
def spooling() -> Iterator[Spool]:
    """A spool for as long as an import takes."""
    with ExitStack() as closing:
        with _told():
            file = closing.enter_context(tempfile.TemporaryFile())
        yield Spool(file)


@contextmanager
def _told() -> Iterator[None]:
    """A disk that is full, or a folder that is not there, as a `StoreError`."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"annotations could not be kept in {_folder()} while the file was read "
            f"({error.strerror or error}); make room there, or set TMPDIR to another folder"
        ) from error


def _folder() -> str:
    try:
        return tempfile.gettempdir()
    except OSError:
        return "a folder for temporary files"
