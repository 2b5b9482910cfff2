"""`konkyo import`: a file becomes instances and, where it holds them, an imported campaign.

A file is read and written piece by piece, within one transaction: a fault on its last line leaves
the database as it was. What people said in the data is kept as they said it: a campaign of
environment `imported`, with one page an instance and one assignment an annotation, so that
agreement and alignment work on it like on any other (`imported`). The campaign is named by all that
was said, so annotations wait on the disk until the end of the file (`spool`).
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from db.errors import Conflict, ImportFailed, UsageError
from db.records import Campaign
from db.store import assignments, campaigns, instances
from db.store.engine import writing
from db.store.instances import Added
from pipeline.digests import Digests
from pipeline.formats import READERS
from pipeline.formats.base import Annotation, Piece, Reader, ReadOptions, Summary, drain
from pipeline.imported import Layout
from pipeline.project import Project
from pipeline.selection import LEFT_OUT
from pipeline.spool import Spool, spooling

HALF = re.compile(r"[\ud800-\udfff]")
NAMESPACE = uuid.UUID("5e0d7c2c-6f0b-5b7e-9a5e-0b9f2f1d7c11")
USUAL = {"label": "nominal", "marks": "set"}


@dataclass(frozen=True)
class ImportReport:
    """What an import did. `campaign` is None where the data held no annotations."""

    instances_new: int
    instances_known: int
    annotations: int
    campaign: str | None
    campaign_is_new: bool
    notes: tuple[str, ...]
    skipped: Mapping[str, int]

    @property
    def nothing_new(self) -> bool:
        """Whether everything was there already."""
        return self.instances_new == 0 and not (self.campaign and self.campaign_is_new)


@dataclass(frozen=True)
class Provenance:
    """What a report says of imported annotations; empty leaves it to the reader of the format."""

    annotators: str = ""
    written_for_project: bool = False


def import_data(
    project: Project,
    format_name: str,
    path: Path,
    options: ReadOptions,
    *,
    name: str | None = None,
    provenance: Provenance = Provenance(),
) -> ImportReport:
    """Read `path` and store what it holds, all or nothing."""
    reader: Reader = READERS.load(format_name)
    if options.mapping is not None and format_name != "mturk":
        raise UsageError(f"the {format_name} format takes no mapping; leave --mapping out")
    return import_from(
        project, reader, path, options, format_name=format_name, name=name, provenance=provenance
    )


def import_from(
    project: Project,
    reader: Reader,
    path: Path,
    options: ReadOptions,
    *,
    format_name: str,
    name: str | None = None,
    provenance: Provenance = Provenance(),
) -> ImportReport:
    """The same with a reader at hand; `format_name` is what the campaign says of its origin."""
    campaign_name = name or f"{path.stem}-{format_name}"
    with spooling() as spool, writing(project.engine) as connection:
        storing = _Storing(connection, path, spool)
        summary = drain(storing.take, reader(path, options))
        content = _content(spool, summary)
        campaign = _campaign(content, summary, format_name, campaign_name, provenance)
        known = campaigns.by_id(connection, campaign.id) if content.annotations else None
        if content.annotations and known is None:
            _add(connection, project, campaign, spool)
    return ImportReport(
        instances_new=storing.added.new,
        instances_known=storing.added.known,
        annotations=content.annotations,
        campaign=(known or campaign).name if content.annotations else None,
        campaign_is_new=content.annotations > 0 and known is None,
        notes=summary.notes,
        skipped=summary.skipped,
    )


class _Storing:
    """Pieces of a file on their way into the database; what people said waits in the spool."""

    def __init__(self, connection: Connection, path: Path, spool: Spool) -> None:
        self._connection, self._path, self._spool = connection, path, spool
        self._since = instances.next_position(connection)
        self.added = Added(new=0, known=0)

    def take(self, piece: Piece) -> None:
        """Store one piece."""
        _check_names(self._path, piece)
        added = instances.add_within(self._connection, piece.instances, piece.load)
        instances.label_within(self._connection, piece.labelled, self._since)
        self.added = Added(self.added.new + added.new, self.added.known + added.known)
        self._spool.add(piece.annotations)


def _check_names(path: Path, piece: Piece) -> None:
    """Texts may hold anything; labels, splits and workers' names have to be text throughout."""
    described = (*piece.instances, *piece.labelled)
    names = [name for i in described for name in (i.label, i.split)]
    names += [name for a in piece.annotations for name in (a.worker, a.values.get("label"))]
    for name in dict.fromkeys(names):
        if name is not None and HALF.search(str(name)):
            raise ImportFailed(
                path,
                None,
                f"{ascii(name)} is no label, split or name: it holds half a character (a lone "
                "surrogate); correct it",
            )


def _add(connection: Connection, project: Project, campaign: Campaign, spool: Spool) -> None:
    if campaigns.within(connection, campaign.name) is not None:
        raise Conflict(
            f"a campaign {campaign.name!r} with other content is stored already; "
            "give this import another name with --name"
        )
    campaigns.add_within(connection, campaign, (), ())
    layout = Layout(campaign, project.pseudonyms)
    for part in spool.parts():
        rows = layout.rows(part)
        campaigns.extend_within(connection, rows.pages, rows.items)
        assignments.add_within(connection, campaign.id, project.pseudonyms, rows.arrivals)


@dataclass(frozen=True)
class _Content:
    """All annotations of an import in numbers; `most` are those of the instance with most."""

    digest: str
    annotations: int
    most: int
    persons_known: bool


def _content(spool: Spool, summary: Summary) -> _Content:
    """What makes an import the one it is: what was said, and how it is measured if not as ever."""
    digest, pages, counts = hashlib.sha256(), Digests(), array("i")
    levels, unnamed = dict(summary.questions or {}), 0
    if not levels.items() <= USUAL.items():
        digest.update(json.dumps(levels, sort_keys=True).encode())
    for annotation in spool:
        digest.update(_line(annotation))
        page, new = pages.meet(annotation.instance_id)
        if new:
            counts.append(0)
        counts[page] += 1
        unnamed += not annotation.worker
    total = sum(counts)
    return _Content(digest.hexdigest(), total, max(counts, default=1), total > 0 and not unnamed)


def _line(a: Annotation) -> bytes:
    """What an annotation says, as it is hashed."""
    said: list[Any] = [a.instance_id, a.worker, dict(a.values)]
    if a.shown or a.parts:
        said += [dict(a.shown), [[dict(p.shown), dict(p.values)] for p in a.parts]]
    return json.dumps(said, sort_keys=True).encode() + b"\n"


def _campaign(
    content: _Content, summary: Summary, format_name: str, name: str, provenance: Provenance
) -> Campaign:
    if len(name) > 200:
        raise UsageError("a campaign's name has at most 200 characters; shorten --name")
    return Campaign(
        id=str(uuid.uuid5(NAMESPACE, content.digest)),
        name=name,
        study=summary.study,
        study_version=1,
        settings={
            "persons_known": content.persons_known,
            "annotators": provenance.annotators or summary.annotators,
            "written_for_project": provenance.written_for_project,
            "format": format_name,
            **({} if summary.questions is None else {"questions": dict(summary.questions)}),
            LEFT_OUT: dict(summary.skipped),
        },
        reward=Decimal("0.00"),
        currency="USD",
        assignments_per_hit=content.most,
        market=format_name,
        source="file",
        environment="imported",
        endpoint_url=None,
        access_key_id=None,
        seed=0,
        state="closed",
    )
