"""Files read line by line: UTF-8 only, every line bounded, nothing held but the line at hand.

A leading byte order mark is dropped. Lines end at a line feed (LF or CRLF) and keep their ends,
because a CSV field may run over several lines.
"""

from __future__ import annotations

import codecs
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple

from db.errors import ImportFailed

MAX_LINE = 10_000_000
"""The longest line, in bytes: far above any text for people, far below what fills a memory."""


Found = Literal["file", "folder", "device", "nothing"]

_REFUSED: dict[Found, str] = {
    "folder": "is a folder, and a file was expected",
    "device": "is not a regular file; save its content to a file first",
    "nothing": "there is no such file",
}
"""Reading a device or a pipe might never end."""


class Line(NamedTuple):
    """A line with its number, counted from 1, its text with the line end, and its first byte."""

    number: int
    text: str
    start: int = 0


def read_lines(path: Path) -> Iterator[Line]:
    """The lines of a file in order; a fault is an `ImportFailed` that names the line."""
    number, start = 0, 0
    with _opened(path) as file:
        while raw := file.readline(MAX_LINE + 1):
            number += 1
            if len(raw) > MAX_LINE:
                raise ImportFailed(path, number, _too_long())
            yield Line(number, _decoded(path, number, raw, start), start)
            start += len(raw)


def line_at(path: Path, start: int) -> str:
    """A line that was read before, again, from its first byte on."""
    with _opened(path) as file:
        file.seek(start)
        return _decoded(path, 0, file.readline(MAX_LINE), start)


def read_text(path: Path, limit: int) -> str:
    """A whole file of at most `limit` bytes as text; a fault is an `ImportFailed`."""
    with _opened(path) as file:
        raw = file.read(limit + 1)
    if len(raw) > limit:
        raise ImportFailed(path, None, f"is larger than {limit // 2**20} MiB; part it")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = raw.count(b"\n", 0, error.start) + 1
        return _decoded(path, number, raw, 0)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The file opened for reading; what the system refuses is told as an `ImportFailed`."""
    found = what_is(path)
    if found != "file":
        raise ImportFailed(path, None, _REFUSED[found])
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise _refused(path, error) from error


def what_is(path: Path) -> Found:
    """What stands at a path. A path that may not be looked at is an `ImportFailed`."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return "nothing"
    except OSError as error:
        raise _refused(path, error) from error
    if stat.S_ISDIR(mode):
        return "folder"
    return "file" if stat.S_ISREG(mode) else "device"


def _refused(path: Path, error: OSError) -> ImportFailed:
    return ImportFailed(path, None, f"cannot be read: {error.strerror or error}")


def _decoded(path: Path, number: int, raw: bytes, start: int) -> str:
    """The line as text; `start` is the offset of its first byte in the file."""
    if start == 0 and raw.startswith(codecs.BOM_UTF8):
        start, raw = len(codecs.BOM_UTF8), raw[len(codecs.BOM_UTF8) :]
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        problem = (
            f"is not UTF-8: byte 0x{raw[error.start]:02x} at byte offset {start + error.start} "
            "of the file; save the file as UTF-8 and import it again"
        )
        raise ImportFailed(path, number, problem) from error


def _too_long() -> str:
    return f"the line is longer than {MAX_LINE:,} bytes; is this the right file?"
