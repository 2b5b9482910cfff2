"""Pictures of a release: the files as they were imported, byte for byte, or without metadata."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from db.store import instances
from db.store.rows import chunks
from pipeline.project import Project
from pipeline.release.stripped import stripped

TOGETHER = 16
"""Pictures that are held at once."""


def write_images(
    project: Project, folder: Path, paths: Mapping[str, str], strip: Collection[str] = ()
) -> None:
    """Instance id → path inside of `folder`, each written; those of `strip` without metadata."""
    for some in chunks(paths, TOGETHER):
        for instance in instances.read(project.engine, ids=some):
            target = folder / paths[instance.id]
            target.parent.mkdir(exist_ok=True)
            held = instance.image or b""
            target.write_bytes(stripped(held) if instance.id in strip else held)


def pictures_of(ids: Sequence[str], paths: Sequence[str | None]) -> dict[str, str]:
    """The instances that are pictures."""
    return {i: path for i, path in zip(ids, paths, strict=True) if path is not None}
