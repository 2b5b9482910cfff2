"""A release out of the database, with every word of it looked through; nothing is written yet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from db.errors import NotFound, SafetyError, UsageError
from db.records import Campaign, Estimate
from db.store import campaigns, identities
from db.words import counted
from pipeline.judged import judged_campaign
from pipeline.project import Project
from pipeline.release import rare
from pipeline.release.agreement import agreement_rows, agreement_table
from pipeline.release.checked import Sieve
from pipeline.release.collect import Collected, collect
from pipeline.release.columns import Columns
from pipeline.release.consensus import Row, consensus_rows, consensus_table
from pipeline.release.content import Content
from pipeline.release.facts import CampaignFacts, facts_of
from pipeline.release.images import pictures_of
from pipeline.release.names import Names
from pipeline.release.people import people
from pipeline.release.pictures import Looked, look_at
from pipeline.release.privacy import Privacy
from pipeline.release.renamed import new_ids, renamed
from pipeline.release.request import ReleaseRequest

LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}")


@dataclass(frozen=True)
class _Measured:
    """Consensus and agreement of all campaigns, and in words what could not be made."""

    consensus: list[Row]
    agreement: list[tuple[str, Estimate]]
    missing: list[str]


def built(project: Project, request: ReleaseRequest, name: str) -> tuple[Content, Sieve]:
    """The release as it would be written, and what the sieve met in it."""
    found = _campaigns(project, request.campaigns)
    names = Names(project.pseudonyms, name)
    collected = collect(project, found, names, texts=request.texts)
    if not collected.judgements["item"]:
        raise NotFound(_nothing(found, collected))
    measured = _measured(project, found, names, texts=request.texts)
    sieve = _sieve(project, collected)
    if sieve.privacy.found(name, "said"):
        raise SafetyError("the name of the release could tell who a worker is; choose another")
    paths = pictures_of(collected.instances["id"], collected.instances["image"])
    looked = look_at(project, paths, sieve, redact=request.redact)
    tables = _tables(collected, measured, sieve, names, looked)
    facts = tuple(
        facts_of(project, c, [e for of, e in measured.agreement if of == c.name], sieve)
        for c in found
    )
    days = [one.last for one in facts if one.last is not None]
    content = Content(
        name=name,
        campaigns=facts,
        tables=tables,
        people=people(collected.judgements["simulated"]),
        license=_stated(request.license, "--license", sieve),
        language=_language(request.language),
        about=_about(request.about, sieve),
        created=max(days) if days else None,
        excluded=collected.excluded,
        notes=(*_notes(project, request, facts, collected, measured, sieve), *looked.notes()),
        suffix=request.suffix,
        pictures=pictures_of(collected.instances["id"], tables["instances"]["image"]),
        strip=frozenset(looked.strip),
    )
    return content, sieve


def _campaigns(project: Project, wanted: Sequence[str]) -> list[Campaign]:
    """The campaigns by name, each once, in the order in which they were made."""
    if not wanted:
        return [judged_campaign(project, None)]
    ids = {judged_campaign(project, name).id for name in wanted}
    return [c for c in campaigns.read(project.engine) if c.id in ids]


def _nothing(found: Sequence[Campaign], collected: Collected) -> str:
    names = ", ".join(repr(campaign.name) for campaign in found)
    left = "; ".join(f"left out: {n} {reason}" for reason, n in collected.excluded.items())
    return f"there is nothing to release: {names} hold no judgements that count" + (
        f" ({left})" if left else '; run "konkyo collect" first'
    )


def _measured(
    project: Project, found: Sequence[Campaign], names: Names, *, texts: bool
) -> _Measured:
    made = _Measured([], [], [])
    for campaign in found:
        rows, missing = consensus_rows(project, campaign, names, texts=texts)
        estimates, also_missing = agreement_rows(project, campaign, texts=texts)
        made.consensus.extend(rows)
        made.agreement.extend((campaign.name, estimate) for estimate in estimates)
        made.missing.extend([*missing, *also_missing])
    return made


def _sieve(project: Project, collected: Collected) -> Sieve:
    return Sieve(Privacy(identities.read(project.engine), collected.instances["id"]))


def _tables(
    collected: Collected, measured: _Measured, sieve: Sieve, names: Names, looked: Looked
) -> dict[str, Columns]:
    """Every table that has rows, looked through and with who answered on each row."""
    made = {
        "instances": collected.instances,
        "items": collected.items,
        "judgements": collected.judgements,
        "consensus": consensus_table(measured.consensus),
        "agreement": agreement_table(measured.agreement),
        "rationales": collected.rationales,
    }
    clean = {name: sieve.table(name, table) for name, table in made.items()}
    clean = renamed(clean, new_ids(made["instances"], clean["instances"], names, looked.strip))
    who = people(collected.judgements["simulated"])
    sizes = {name: len(next(iter(table.values()))) for name, table in clean.items()}
    return {name: clean[name] | {"people": [who] * size} for name, size in sizes.items() if size}


def _stated(words: str | None, option: str, sieve: Sieve) -> str | None:
    """What the user said of the release, in one line."""
    if words is None:
        return None
    if not words.strip() or not words.isprintable():
        raise UsageError(f"{option} takes one line of words, not {words!r}")
    return sieve.text(option, words.strip(), "data")


def _language(tag: str | None) -> str | None:
    if tag is not None and not LANGUAGE.fullmatch(tag):
        raise UsageError(f"--language takes a tag of BCP 47, such as en or pt-BR, not {tag!r}")
    return tag


def _about(path: Path | None, sieve: Sieve) -> str | None:
    if path is None:
        return None
    try:
        return sieve.text("--about", path.read_text(encoding="utf-8").strip("\n"), "data")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--about: {path} cannot be read as text: {error}") from error


def _notes(
    project: Project,
    request: ReleaseRequest,
    facts: Sequence[CampaignFacts],
    collected: Collected,
    measured: _Measured,
    sieve: Sieve,
) -> tuple[str, ...]:
    """What has to be known besides, each in a sentence."""
    judgements = collected.judgements
    notes = [sieve.text("a note", missing, "said") for missing in measured.missing]
    pairs = zip(judgements["worker"], judgements["simulated"], strict=True)
    persons = [None if simulated else worker for worker, simulated in pairs]
    notes.append(rare.note(judgements["campaign"], persons))
    if not identities.read(project.engine).platform_ids:
        notes.append("the table of platform ids is empty: ids were looked for by their form alone")
    if sieve.halves:
        notes.append(f"half characters were replaced by U+FFFD in {counted(sieve.halves, 'text')}")
    if request.redact and sieve.met:
        notes.append(
            f"{counted(sieve.met.total(), 'passage was', 'passages were')} blocked out for privacy"
        )
    if request.texts and any(question.free for one in facts for question in one.asked):
        notes.append("answers in words of the workers' own are released: read them before you do")
    return tuple(note for note in notes if note)
