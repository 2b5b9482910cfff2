"""What somebody asks of a release."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ReleaseRequest:
    """No campaigns: the only one with judgements.

    `name` without one is that of the folder; `texts` releases answers in words of the worker's
    own; `redact` blocks out what could tell who a worker is instead of refusing; `about` is a
    Markdown file on the texts; `force` replaces a folder that is no release of this name; `suffix`
    is that of the tables, "parquet" or "jsonl".
    """

    folder: Path
    campaigns: tuple[str, ...] = ()
    name: str | None = None
    license: str | None = None
    language: str | None = None
    about: Path | None = None
    texts: bool = False
    redact: bool = False
    force: bool = False
    suffix: str = "parquet"


@dataclass(frozen=True)
class FormatRequest:
    """What the user asked for; see `ReleaseRequest`. `run` is the start of a run's id."""

    format: str
    path: Path
    campaign: str | None = None
    name: str | None = None
    run: str | None = None
    texts: bool = False
    redact: bool = False
