"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from db.errors import KonkyoError


def write_whole(path: Path, content: str | bytes) -> None:
    """Write beside `path` and rename, so that an interrupted write leaves what was there."""
    if path.is_dir():
        raise KonkyoError(f"{path} is a folder; name a file in it")
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content.encode() if isinstance(content, str) else content)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise KonkyoError(f"{path} cannot be written: {error.strerror}") from error
