"""Pictures of a release: the files as they were imported, byte for byte, under their ids."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from db.store import instances
from db.store.rows import chunks
from pipeline.project import Project

TOGETHER = 16
"""Pictures that are held at once."""


def write_images(project: Project, folder: Path, paths: dict[str, str]) -> None:
    """Instance id → path inside of `folder`, each written."""
    for some in chunks(paths, TOGETHER):
        for instance in instances.read(project.engine, ids=some):
            target = folder / paths[instance.id]
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(instance.image or b"")


def pictures_of(ids: Sequence[str], paths: Sequence[str | None]) -> dict[str, str]:
    """The instances that are pictures."""
    return {i: path for i, path in zip(ids, paths, strict=True) if path is not None}
