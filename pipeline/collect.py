"""`konkyo collect`: every submission once, its answer verbatim, its judgements beside it.

An answer that cannot be read is kept with the reason and stops nothing. Running it again brings
only what is new, and takes over what the market now says of what is known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db.errors import KonkyoError
from db.records import AssignmentStatus, Campaign, Instance, Item
from db.store import assignments, campaigns, instances
from db.store.assignments import Arrival, Reading
from db.store.settlement import settle
from hits.answers import PageAnswer, read_fields, read_konkyo
from hits.markets.base import Submission
from hits.studies import load_study
from hits.studies.base import Asked, Study
from pipeline.market import planned_market
from pipeline.project import Project
from pipeline.publish import published_hits

BATCH = 500
"""Submissions a transaction carries at most."""


@dataclass(frozen=True)
class Collected:
    """What a collection brought. `unreadable` maps assignment id to the reason."""

    campaign: Campaign
    new: int
    known: int
    changed: int
    unreadable: dict[str, str]

    @property
    def reasons(self) -> Counter[str]:
        """How often each reason occurs."""
        return Counter(self.unreadable.values())


class AnswerReader:
    """Turns the answer strings of one campaign into judgements."""

    def __init__(self, project: Project, campaign: Campaign) -> None:
        self._study: Study = load_study(campaign.study)
        self._options = campaign.settings["options"]
        items = campaigns.read_items(project.engine, campaign.id)
        ids = {i.instance_id: None for i in items}
        shown = instances.read(project.engine, ids=ids, pictures=False)
        self._pages = _pages(items, {i.id: i for i in shown})
        self.parser = f"{campaign.study}-{campaign.study_version}"

    def read(self, hit_id: str, answer: str) -> Reading:
        """Everything answered on the page of a HIT, or the problem that prevents reading it."""
        asked = self._pages[hit_id]
        try:
            page = read_konkyo(read_fields(answer), self._study.name, list(asked))
            judgements = [
                (given["id"], question, value)
                for given in page.items
                for question, value in self._study.read(
                    given, asked[given["id"]], self._options
                ).items()
            ]
        except KonkyoError as error:
            return Reading(problem=str(error))
        return Reading(judgements, _facts(page))


def collect(
    project: Project,
    name: str | None,
    *,
    on_hit: Callable[[int, int], None] | None = None,
) -> Collected:
    """Bring the submissions of a campaign into the database."""
    campaign = campaigns.find(project.engine, name, imported=False)
    market = planned_market(project, campaign)
    published = published_hits(project, campaign)
    reader = AnswerReader(project, campaign)
    known = assignments.known(project.engine, campaign.id)
    waiting: list[Arrival] = []
    changed: dict[str, AssignmentStatus] = {}
    new = 0
    unreadable: dict[str, str] = {}
    for number, (hit_id, market_id) in enumerate(published.items(), start=1):
        for submission in market.submissions(market_id):
            if submission.market_id not in known:
                waiting.append(_arrival(reader, hit_id, submission))
            elif known[submission.market_id] != submission.status:
                changed[submission.market_id] = submission.status
        if len(waiting) >= BATCH or number == len(published):
            fresh = assignments.add(project.engine, campaign.id, project.pseudonyms, waiting)
            unreadable |= {a.market_id: a.reading.problem for a in fresh if a.reading.problem}
            new += len(fresh)
            waiting = []
        if on_hit is not None:
            on_hit(number, len(published))
    assignments.set_status(project.engine, campaign.id, changed)
    settle(project.engine, campaign)
    return Collected(campaign, new, len(known), len(changed), unreadable)


def rebuild(project: Project, name: str | None) -> Collected:
    """Read every stored answer again; earlier judgements stay, superseded."""
    campaign = campaigns.find(project.engine, name, imported=False)
    reader = AnswerReader(project, campaign)
    stored = assignments.read(project.engine, campaign.id)
    readings = {a.id: reader.read(a.hit_id, a.answer) for a in stored}
    assignments.rebuild(project.engine, reader.parser, readings)
    unreadable = {a: r.problem for a, r in readings.items() if r.problem}
    return Collected(campaign, 0, len(stored), len(stored), unreadable)


def _arrival(reader: AnswerReader, hit_id: str, submission: Submission) -> Arrival:
    return Arrival(
        hit_id=hit_id,
        platform_worker_id=submission.platform_worker_id,
        market_id=submission.market_id,
        status=submission.status,
        answer=submission.answer,
        accepted_at=submission.accepted_at,
        submitted_at=submission.submitted_at,
        reading=reader.read(hit_id, submission.answer),
        parser=reader.parser,
    )


def _facts(page: PageAnswer) -> dict[str, Any]:
    """What the page noticed of itself, and the milliseconds that each item was in view."""
    return {**page.facts, "item_ms": {item["id"]: item["ms"] for item in page.items}}


def _pages(items: Sequence[Item], shown: Mapping[str, Instance]) -> dict[str, dict[str, Asked]]:
    """HIT → its items in order, each with what reading its answers has to know."""
    pages: dict[str, dict[str, Asked]] = {}
    for item in items:
        instance = shown[item.instance_id]
        pages.setdefault(item.hit_id, {})[item.id] = Asked(
            id=item.id,
            kind=instance.kind,
            n_units=instance.n_units,
            n_choices=len(item.shown.get("choices", ())),
            size=instance.size,
            phase=item.phase,
        )
    return pages
