"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from db.errors import KonkyoError, UsageError


def check_targets(targets: Mapping[str, Path | None], source: Path | None = None) -> None:
    """Refuse outputs (option → path) that cannot be written, before any is.

    One that is the input or another output is a UsageError; a folder, or a place where nothing can
    be written, a KonkyoError. A file that is there is no fault: `write_whole` replaces it.
    """
    taken = {} if source is None else {os.path.realpath(source): "the input"}
    for option, path in targets.items():
        if path is None:
            continue
        other = taken.setdefault(os.path.realpath(path), option)
        if other != option:
            raise UsageError(f"{option} {path} is the same file as {other}; name another")
        _check_writable(path)


def write_whole(path: Path, content: str | bytes) -> None:
    """Write beside `path` and rename, so that an interrupted write leaves what was there.

    A link is followed, and what it names is replaced. Who may read the file, the umask says.
    """
    _check_no_folder(path)
    target = Path(os.path.realpath(path))
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content.encode() if isinstance(content, str) else content)
            beside.replace(target)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise KonkyoError(f"{path} cannot be written: {error.strerror}") from error


def _check_no_folder(path: Path) -> None:
    if path.is_dir():
        raise KonkyoError(f"{path} is a folder; name a file in it")


def _check_writable(path: Path) -> None:
    _check_no_folder(path)
    folder = Path(os.path.realpath(path)).parent
    if not folder.is_dir():
        raise KonkyoError(f"{path} cannot be written: No such file or directory")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise KonkyoError(f"{path} cannot be written: Permission denied")
