"""What lies in the folder of an old release and is not the release's: it goes along with the new.

A release's own files are those that its SHA256SUMS lists, and SHA256SUMS itself.
"""

from __future__ import annotations

import filecmp
import shutil
from collections.abc import Iterator
from pathlib import Path

from db.errors import UsageError
from pipeline.release.checksums import NAME as CHECKSUMS

NAMED = 5
"""Files that a refusal names before it counts the rest."""


def listed(folder: Path, marker: str) -> frozenset[str]:
    """Paths of a release's files, as its SHA256SUMS says; the two that make it one without that."""
    try:
        lines = (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        lines = []
    pairs = (line.split("  ", 1) for line in lines if not line.startswith("#"))
    return frozenset([CHECKSUMS, marker, *(pair[1] for pair in pairs if len(pair) == 2)])


def carry(old: Path, new: Path, own: frozenset[str]) -> None:
    """Copy into `new` whatever of `old` is not in `own`: files, links, empty folders.

    Copied and not moved, so that whoever pulls the plug finds `old` as it was. UsageError that
    names the files whose places the new release needs for other contents; equal ones are at peace.
    """
    foreign = list(_foreign(old, Path(), own))
    clashes = [path.as_posix() for path in foreign if _clash(old / path, new / path)]
    if clashes:
        more = f" and {len(clashes) - NAMED} more" if len(clashes) > NAMED else ""
        raise UsageError(
            f"{old} holds what is not the old release's (its {CHECKSUMS} does not list it) and "
            f"stands where the new one has a file: {', '.join(clashes[:NAMED])}{more}. Nothing was "
            "changed; move it elsewhere, then export again"
        )
    for path in foreign:
        _copy(old / path, new / path)
    # At the end: nobody writes into a folder that is closed already.
    for inside in {parent for path in foreign for parent in path.parents if parent.name}:
        shutil.copymode(old / inside, new / inside)


def _foreign(folder: Path, inside: Path, own: frozenset[str]) -> Iterator[Path]:
    """Relative paths of all that is not in `own`; of folders only those that are empty."""
    for path in sorted((folder / inside).iterdir()):
        name = inside / path.name
        if path.is_dir() and not path.is_symlink():
            if any(path.iterdir()):
                yield from _foreign(folder, name, own)
            else:
                yield name
        elif name.as_posix() not in own:
            yield name


def _clash(old: Path, new: Path) -> bool:
    if any(parent.is_file() for parent in new.parents):
        return True
    if not new.exists():
        return False
    if old.is_dir() or new.is_dir():
        return not (old.is_dir() and new.is_dir())
    return old.is_symlink() or not filecmp.cmp(old, new, shallow=False)


def _copy(old: Path, new: Path) -> None:
    new.parent.mkdir(parents=True, exist_ok=True)
    if old.is_dir() and not old.is_symlink():
        new.mkdir(exist_ok=True)
        shutil.copymode(old, new)
    elif not new.exists():
        shutil.copy2(old, new, follow_symlinks=False)
