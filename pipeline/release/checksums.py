"""SHA256SUMS: what every other file of the folder hashes to, as `sha256sum -c` reads it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pipeline.release.people import WORKERS

NAME = "SHA256SUMS"


def sha256(path: Path) -> str:
    """Hex digits of a file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checksums(folder: Path, people: str) -> str:
    """One line a file, by path; a first line that checkers skip says who answered."""
    paths = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    lines = [f"{sha256(folder / path)}  {path}" for path in paths if path != NAME]
    head = [] if people == WORKERS else [f"# answered by {people}"]
    return "\n".join([*head, *lines]) + "\n"
