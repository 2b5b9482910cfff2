"""`konkyo import`: a file becomes instances and, where it holds them, an imported campaign.

Everything is read before anything is written, and written in one transaction. What people said in
the data is kept as they said it: a campaign of environment `imported`, with one page an instance
and one assignment an annotation, so that agreement and alignment work on it like on any other. A
page has one item for the instance, and one for each part of it that was judged for itself.
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
from typing import Any

from sqlalchemy import Connection

from db.errors import Conflict, ImportFailed, UsageError
from db.records import Campaign, Hit, Item
from db.store import assignments, campaigns, instances
from db.store.assignments import Arrival, Reading, without_platform_id
from db.store.engine import writing
from pipeline.formats import READERS
from pipeline.formats.base import Annotation, Imported, Part, Reader, ReadOptions
from pipeline.project import Project
from pipeline.selection import LEFT_OUT

HALF = re.compile(r"[\ud800-\udfff]")
NAMESPACE = uuid.UUID("5e0d7c2c-6f0b-5b7e-9a5e-0b9f2f1d7c11")
USUAL = {"label": "nominal", "marks": "set"}
ItemKey = tuple[str, str]


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
    found = reader(path, options)
    _check_names(path, found)
    campaign_name = name or f"{path.stem}-{format_name}"
    campaign = _campaign(found, format_name, campaign_name, provenance)
    with writing(project.engine) as connection:
        added = instances.add_within(connection, found.instances, found.load)
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
    pages, items = _pages(campaign, _grouped(found.annotations))
    campaigns.add_within(connection, campaign, pages, list(items.values()))
    arrivals = [_arrival(project, campaign, items, a, n) for n, a in enumerate(found.annotations)]
    assignments.add_within(connection, campaign.id, project.pseudonyms, arrivals)


def _campaign(found: Imported, format_name: str, name: str, provenance: Provenance) -> Campaign:
    if len(name) > 200:
        raise UsageError("a campaign's name has at most 200 characters; shorten --name")
    persons_known = bool(found.annotations) and all(a.worker for a in found.annotations)
    return Campaign(
        id=str(uuid.uuid5(NAMESPACE, _content_hash(found))),
        name=name,
        study=found.study,
        study_version=1,
        settings={
            "persons_known": persons_known,
            "annotators": provenance.annotators or found.annotators,
            "written_for_project": provenance.written_for_project,
            "format": format_name,
            **({} if found.questions is None else {"questions": dict(found.questions)}),
            LEFT_OUT: dict(found.skipped),
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


def _content_hash(found: Imported) -> str:
    """What makes an import the one it is: what was said, and how it is measured if not as ever."""
    digest = hashlib.sha256()
    levels = dict(found.questions or {})
    if not levels.items() <= USUAL.items():
        digest.update(json.dumps(levels, sort_keys=True).encode())
    for a in found.annotations:
        said: list[Any] = [a.instance_id, a.worker, dict(a.values)]
        if a.shown or a.parts:
            said += [dict(a.shown), [[dict(p.shown), dict(p.values)] for p in a.parts]]
        line = json.dumps(said, sort_keys=True)
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()


def _grouped(annotations: Sequence[Annotation]) -> dict[str, list[Annotation]]:
    groups: dict[str, list[Annotation]] = {}
    for annotation in annotations:
        groups.setdefault(annotation.instance_id, []).append(annotation)
    return groups


def _said(annotation: Annotation) -> list[Part]:
    """What an annotation says, item by item: of the instance as it was shown, and of its parts."""
    whole = [Part(annotation.shown, annotation.values)] if annotation.values else []
    return [*whole, *annotation.parts] or [Part(annotation.shown, {})]


def _key(instance_id: str, shown: Mapping[str, Any]) -> ItemKey:
    """What makes an item of an import: the instance, and what was shown with it."""
    return instance_id, json.dumps(dict(shown), sort_keys=True)


def _pages(
    campaign: Campaign, groups: Mapping[str, Sequence[Annotation]]
) -> tuple[list[Hit], dict[ItemKey, Item]]:
    """A page for each instance, and the items on it in the order in which they were met."""
    namespace = uuid.UUID(campaign.id)
    pages: list[Hit] = []
    items: dict[ItemKey, Item] = {}
    for n, (instance_id, group) in enumerate(groups.items()):
        hit = Hit(
            id=uuid.uuid5(namespace, f"hit:{n}").hex,
            campaign_id=campaign.id,
            position=n,
            request_token=uuid.uuid5(namespace, f"CreateHIT:{n}").hex,
        )
        pages.append(hit)
        met: dict[ItemKey, Part] = {}
        for part in (p for a in group for p in _said(a)):
            met.setdefault(_key(instance_id, part.shown), part)
        for m, (key, part) in enumerate(met.items()):
            identity = uuid.uuid5(namespace, f"item:{n}:{m}").hex
            shown = {**part.shown, **part.beside}
            items[key] = Item(identity, campaign.id, instance_id, hit.id, m, shown=shown)
    return pages, items


def _arrival(
    project: Project,
    campaign: Campaign,
    items: Mapping[ItemKey, Item],
    annotation: Annotation,
    number: int,
) -> Arrival:
    # A row that names nobody is a worker of its own.
    worker = annotation.worker or f"anonymous:{campaign.id}:{number}"
    pseudonym = project.pseudonyms.of(worker)
    judgements = [
        (items[_key(annotation.instance_id, part.shown)], question, value)
        for part in _said(annotation)
        for question, value in part.values.items()
    ]
    return Arrival(
        hit_id=items[_key(annotation.instance_id, _said(annotation)[0].shown)].hit_id,
        platform_worker_id=worker,
        market_id=f"{number}",
        status="Approved",
        answer=annotation.raw,
        accepted_at=None,
        submitted_at=None,
        reading=Reading([(i.id, q, _without(v, worker, pseudonym)) for i, q, v in judgements]),
        parser=f"import-{campaign.market}-1",
    )


def _without(value: Any, worker: str, pseudonym: str) -> Any:
    """A value without the worker's id, which people do type into boxes for text."""
    if not isinstance(value, str):
        return value
    return without_platform_id(value, worker, pseudonym)
