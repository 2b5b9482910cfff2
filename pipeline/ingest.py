"""`konkyo import`: a file becomes instances and, where it holds them, an imported campaign.

Everything is read before anything is written, and written in one transaction. What people said in
the data is kept as they said it: a campaign of environment `imported`, with one item an instance
and one assignment an annotation, so that agreement and alignment work on it like on any other.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Connection

from db.errors import Conflict, ImportFailed, UsageError
from db.records import Campaign, Hit, Item
from db.store import assignments, campaigns, instances
from db.store.assignments import Arrival, Reading
from db.store.engine import writing
from pipeline.formats import READERS
from pipeline.formats.base import Annotation, Imported, Reader, ReadOptions
from pipeline.project import Project

HALF = re.compile(r"[\ud800-\udfff]")
NAMESPACE = uuid.UUID("5e0d7c2c-6f0b-5b7e-9a5e-0b9f2f1d7c11")


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
    found = reader(path, options)
    _check_names(path, found)
    campaign_name = name or f"{path.stem}-{format_name}"
    campaign = _campaign(found, format_name, campaign_name, provenance)
    with writing(project.engine) as connection:
        added = instances.add_within(connection, found.instances)
        known = campaigns.by_id(connection, campaign.id) if found.annotations else None
        if found.annotations and known is None:
            _add(connection, project, campaign, found)
    return ImportReport(
        instances_new=added.new,
        instances_known=added.known,
        annotations=len(found.annotations),
        campaign=(known or campaign).name if found.annotations else None,
        campaign_is_new=bool(found.annotations) and known is None,
        notes=found.notes,
        skipped=found.skipped,
    )


def _check_names(path: Path, found: Imported) -> None:
    """Texts may hold anything; labels, splits and workers' names have to be text throughout."""
    names = [name for i in found.instances for name in (i.label, i.split)]
    names += [name for a in found.annotations for name in (a.worker, a.values.get("label"))]
    for name in dict.fromkeys(names):
        if name is not None and HALF.search(str(name)):
            raise ImportFailed(
                path,
                None,
                f"{ascii(name)} is no label, split or name: it holds half a character (a lone "
                "surrogate); correct it",
            )


def _add(connection: Connection, project: Project, campaign: Campaign, found: Imported) -> None:
    if campaigns.within(connection, campaign.name) is not None:
        raise Conflict(
            f"a campaign {campaign.name!r} with other content is stored already; "
            "give this import another name with --name"
        )
    by_instance = _grouped(found.annotations)
    pages, shown = _pages(campaign, list(by_instance))
    campaigns.add_within(connection, campaign, pages, shown)
    items = {item.instance_id: item for item in shown}
    arrivals = [
        _arrival(campaign, items[a.instance_id], a, n) for n, a in enumerate(found.annotations)
    ]
    assignments.add_within(connection, campaign.id, project.pseudonyms, arrivals)


def _campaign(found: Imported, format_name: str, name: str, provenance: Provenance) -> Campaign:
    if len(name) > 200:
        raise UsageError("a campaign's name has at most 200 characters; shorten --name")
    persons_known = bool(found.annotations) and all(a.worker for a in found.annotations)
    return Campaign(
        id=str(uuid.uuid5(NAMESPACE, _content_hash(found.annotations))),
        name=name,
        study=found.study,
        study_version=1,
        settings={
            "persons_known": persons_known,
            "annotators": provenance.annotators or found.annotators,
            "written_for_project": provenance.written_for_project,
            "format": format_name,
        },
        reward=Decimal("0.00"),
        currency="USD",
        assignments_per_hit=max((len(g) for g in _grouped(found.annotations).values()), default=1),
        market=format_name,
        source="file",
        environment="imported",
        endpoint_url=None,
        access_key_id=None,
        seed=0,
        state="closed",
    )


def _content_hash(annotations: Sequence[Annotation]) -> str:
    digest = hashlib.sha256()
    for a in annotations:
        line = json.dumps([a.instance_id, a.worker, dict(a.values)], sort_keys=True)
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()


def _grouped(annotations: Sequence[Annotation]) -> dict[str, list[Annotation]]:
    groups: dict[str, list[Annotation]] = {}
    for annotation in annotations:
        groups.setdefault(annotation.instance_id, []).append(annotation)
    return groups


def _pages(campaign: Campaign, instance_ids: Sequence[str]) -> tuple[list[Hit], list[Item]]:
    namespace = uuid.UUID(campaign.id)
    pages, shown = [], []
    for n, instance_id in enumerate(instance_ids):
        hit = Hit(
            id=uuid.uuid5(namespace, f"hit:{n}").hex,
            campaign_id=campaign.id,
            position=n,
            request_token=uuid.uuid5(namespace, f"CreateHIT:{n}").hex,
        )
        pages.append(hit)
        identity = uuid.uuid5(namespace, f"item:{n}:0").hex
        shown.append(Item(identity, campaign.id, instance_id, hit.id, 0))
    return pages, shown


def _arrival(campaign: Campaign, item: Item, annotation: Annotation, number: int) -> Arrival:
    # A row that names nobody is a worker of its own.
    worker = annotation.worker or f"anonymous:{campaign.id}:{number}"
    return Arrival(
        hit_id=item.hit_id,
        platform_worker_id=worker,
        market_id=f"{number}",
        status="Approved",
        answer=annotation.raw,
        accepted_at=None,
        submitted_at=None,
        reading=Reading([(item.id, q, value) for q, value in annotation.values.items()]),
        parser=f"import-{campaign.market}-1",
    )
