"""`konkyo export FORMAT`: one campaign in the shape of one format, under the rules of a release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from db.errors import NotFound, UsageError
from db.records import Campaign
from db.store import campaigns, identities, runs
from pipeline.formats.writers import WRITERS
from pipeline.formats.writers.base import Writer
from pipeline.judged import judged_campaign
from pipeline.project import Project
from pipeline.release.checked import Sieve
from pipeline.release.names import Names
from pipeline.release.people import warning
from pipeline.release.privacy import Privacy
from pipeline.release.records import gathered, with_pictures
from pipeline.release.request import FormatRequest


@dataclass(frozen=True)
class Exported:
    """What was written, what was blocked out and left out (what → how often), what to know."""

    campaign: str
    path: Path
    records: int
    people: str
    redacted: Mapping[str, int]
    excluded: Mapping[str, int]
    notes: tuple[str, ...]


def export_format(project: Project, request: FormatRequest) -> Exported:
    """Write one campaign; SafetyError where it could tell who a worker is. Whole or not at all."""
    writer: Writer = WRITERS.load(request.format)
    if request.path.exists():
        raise UsageError(f"{request.path} is there already; remove it, or name another place")
    campaign = judged_campaign(project, request.campaign)
    names = Names(project.pseudonyms, request.name or request.path.stem)
    sieve = _sieve(project, campaign)
    run = _run(project, request.run)
    found = gathered(
        project, campaign, names, sieve, texts=request.texts, redact=request.redact, run=run
    )
    if not found.records:
        raise NotFound(f"campaign {campaign.name!r} holds no judgements that can be exported")
    if not request.redact:
        sieve.refuse()
    written = writer(with_pictures(project, found), request.path)
    return Exported(
        campaign=campaign.name,
        path=request.path,
        records=written.records,
        people=found.people,
        redacted={f"{kind} in {place}": n for (place, kind), n in sorted(sieve.met.items())},
        excluded={**found.excluded, **written.skipped},
        notes=tuple(note for note in (warning(found.people), *found.notes) if note),
    )


def _sieve(project: Project, campaign: Campaign) -> Sieve:
    held = {item.instance_id for item in campaigns.read_items(project.engine, campaign.id)}
    return Sieve(Privacy(identities.read(project.engine), held))


def _run(project: Project, wanted: str | None) -> str | None:
    """The run whose rationales stand beside: the one that was named, else the latest, if any."""
    try:
        return runs.find(project.engine, wanted).id
    except NotFound:
        if wanted is not None:
            raise
        return None
