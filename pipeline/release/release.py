"""`konkyo export release`: campaigns become a dataset that others can load, read about and check."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.errors import UsageError
from pipeline.project import Project
from pipeline.release.build import built
from pipeline.release.card import card
from pipeline.release.checksums import NAME as CHECKSUMS
from pipeline.release.checksums import checksums, sha256
from pipeline.release.content import Content
from pipeline.release.croissant import croissant
from pipeline.release.files import write_table
from pipeline.release.folder import MARKER, check_place, whole
from pipeline.release.images import write_images
from pipeline.release.people import warning
from pipeline.release.request import ReleaseRequest
from pipeline.release.statement import statement

RELEASE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
SUFFIXES = ("parquet", "jsonl")


@dataclass(frozen=True)
class Released:
    """What an export wrote: rows by table, what was blocked out (what → how often) and left out."""

    name: str
    folder: Path
    campaigns: tuple[str, ...]
    people: str
    rows: Mapping[str, int]
    redacted: Mapping[str, int]
    excluded: Mapping[str, int]
    notes: tuple[str, ...]


def export_release(project: Project, request: ReleaseRequest) -> Released:
    """Write the release, whole or not at all; SafetyError where it could tell who a worker is."""
    name = _checked_name(request)
    check_place(request.folder, name, force=request.force, project=project.folder)
    content, sieve = built(project, request, name)
    if not request.redact:
        sieve.refuse()
    with whole(request.folder) as folder:
        _write(project, folder, content)
    return Released(
        name=name,
        folder=request.folder,
        campaigns=tuple(facts.name for facts in content.campaigns),
        people=content.people,
        rows={table: content.rows(table) for table in content.tables},
        redacted={f"{kind} in {place}": n for (place, kind), n in sorted(sieve.met.items())},
        excluded=content.excluded,
        notes=content.notes,
    )


def _checked_name(request: ReleaseRequest) -> str:
    name = request.name or request.folder.resolve().name
    if not RELEASE_NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot name a release: use 1 to 96 letters, digits, dots, dashes and "
            "underscores, beginning with a letter or digit (--name)"
        )
    if request.suffix not in SUFFIXES:
        raise UsageError(
            f"tables cannot be written as {request.suffix!r} (there are: {', '.join(SUFFIXES)})"
        )
    return name


def _write(project: Project, folder: Path, content: Content) -> None:
    """Tables and pictures, then the documents on them, and the checksums of all at the end."""
    (folder / "data").mkdir()
    about = {"release": content.name, "people": content.people, "warning": warning(content.people)}
    for name, columns in content.tables.items():
        write_table(folder / content.path(name), name, columns, about)
    write_images(project, folder, content.pictures, content.strip)
    hashes = {content.path(name): sha256(folder / content.path(name)) for name in content.tables}
    documents = {
        "croissant.json": croissant(content, hashes),
        "README.md": card(content),
        "DATA_STATEMENT.md": statement(content),
        MARKER: json.dumps(_marker(content), indent=2, ensure_ascii=False) + "\n",
    }
    for name, text in documents.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    (folder / CHECKSUMS).write_text(checksums(folder, content.people), encoding="utf-8")


def _marker(content: Content) -> dict[str, Any]:
    """What says that a folder is this release, and what programs want to know of it first."""
    return {
        "release": content.name,
        "layout": 1,
        "people": content.people,
        "campaigns": [facts.name for facts in content.campaigns],
        "created": None if content.created is None else content.created.isoformat(),
        "license": content.license,
        "rows": {name: content.rows(name) for name in content.tables},
        "excluded": dict(content.excluded),
        "notes": list(content.notes),
    }
