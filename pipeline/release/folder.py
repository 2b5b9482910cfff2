"""A folder that is there whole or not at all: made beside its place, then renamed into it."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from db.errors import KonkyoError, UsageError
from pipeline.release.kept import carry, listed

MARKER = "release.json"


def release_in(folder: Path) -> str | None:
    """The name of the release that a folder holds, None where it holds none."""
    try:
        found = json.loads((folder / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    name = found.get("release") if isinstance(found, dict) else None
    return name if isinstance(name, str) else None


def check_place(folder: Path, name: str, *, force: bool, project: Path) -> None:
    """UsageError where writing to `folder` would take something away that nobody offered.

    A folder that is a release called `name`, or empty, may be written anew; others with `force`.
    Never one that the project lies in.
    """
    if folder.resolve() in (project.resolve(), *project.resolve().parents):
        raise UsageError(f"{folder} holds the project itself; name a folder of its own")
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UsageError(f"{folder} is a file; name a folder")
    there = release_in(folder)
    if force or there == name or not any(folder.iterdir()):
        return
    what = "is no release" if there is None else f"is the release {there!r}, not {name!r}"
    raise UsageError(f"{folder} is there already and {what}; name another folder, or use --force")


@contextmanager
def whole(folder: Path) -> Iterator[Path]:
    """An empty folder to fill; it takes the place of `folder` if nothing went wrong.

    The files of a release that was there are deleted, and what else lay among them is kept in its
    place; a folder that was no release is kept beside, as FOLDER.before.
    """
    target = folder.resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    except OSError as error:
        raise KonkyoError(f"{folder} cannot be written: {error.strerror or error}") from error
    try:
        yield made
        made.chmod(0o755)
        _swap(made, target)
    except OSError as error:
        raise KonkyoError(f"{folder} cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _swap(made: Path, target: Path) -> None:
    if not target.exists():
        made.rename(target)
        return
    is_release = release_in(target) is not None or not any(target.iterdir())
    if is_release:
        carry(target, made, listed(target, MARKER))
    old = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}.old."))
    aside = old / target.name if is_release else _free(target)
    target.rename(aside)
    try:
        made.rename(target)
    except OSError:
        aside.rename(target)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _free(target: Path) -> Path:
    """A name beside `target` that nothing has yet."""
    path, number = target.with_name(f"{target.name}.before"), 1
    while path.exists():
        number += 1
        path = target.with_name(f"{target.name}.before-{number}")
    return path
