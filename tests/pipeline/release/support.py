"""Answered campaigns without a market: plans and submissions through the store's own functions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from db.records import Campaign
from db.store import assignments, campaigns, instances, workers
from db.store.assignments import Arrival, Reading
from pipeline.plan import PlanRequest, plan
from pipeline.project import Project, init_project, open_project
from pipeline.release.request import ReleaseRequest
from tests.support.data import reviews

SETTINGS = """\
[analysis]
bootstrap = 30
[study]
items_per_hit = 4
gold_per_hit = 0
reward = "0.50"
instructions = "instructions.md"
"""
INSTRUCTIONS = "Mark the words that **decide**.\n\n```\nlike this\n```\n"
OWN = """\
name = "reasons"
title = "Why is it so?"
instructions = "Say why."
fields = ["text"]

[[questions]]
name = "fluent"
text = "How fluent is it?"
level = "ordinal"
values = ["not at all", "somewhat", "completely"]

[[questions]]
name = "why"
text = "Why do you think so?"
form = "text"
"""
OWN_PAGE = """<p>${text}</p>
<label>How fluent is it? <select name="fluent"><option value="">choose</option>
<option value="1">no</option><option value="2">so so</option><option value="3">yes</option>
</select></label><label>Why? <input name="why"></label>"""
WORKERS = ("A1B2C3D4E5F6G7", "A7G6F5E4D3C2B1", "5f1a2b3c4d5e6f7a8b9c0d1e")
"""Ids in the forms of Mechanical Turk and of Prolific."""
BEGAN = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def new_project(make_project: Any, name: str = "project") -> Project:
    """Twelve reviews, and pages of four."""
    return _filled(make_project(SETTINGS, name=name))


def open_pilot(folder: Path) -> Project:
    """The same in a folder, with the answered campaign `pilot`."""
    (folder / "project").mkdir()
    (folder / "project" / "konkyo.toml").write_text(SETTINGS, encoding="utf-8")
    init_project(folder / "project")
    project = _filled(open_project(folder / "project"))
    answered(project)
    return project


def _filled(project: Project) -> Project:
    (project.folder / "instructions.md").write_text(INSTRUCTIONS, encoding="utf-8")
    instances.add(project.engine, reviews(12)[0])
    return project


def answered(
    project: Project,
    name: str = "pilot",
    *,
    people: tuple[str, ...] = WORKERS,
    simulated: bool = False,
    items: int = 8,
) -> Campaign:
    """A highlight campaign: worker k says `positive` but for item k, and marks the words k, k + 1."""
    campaign = plan(project, PlanRequest("highlight", name, items=items)).campaign
    answers = [
        [("label", "negative" if n == k else "positive"), ("marks", [k, k + 1])]
        for k in range(len(people))
        for n in range(items)
    ]
    submit(project, campaign, people, answers, simulated=simulated)
    return campaign


def reasoned(project: Project, words: str, name: str = "reasons") -> Campaign:
    """A campaign of one's own study, in which every worker gives `words` as the reason."""
    folder = project.folder / "reasons"
    folder.mkdir(exist_ok=True)
    (folder / "study.toml").write_text(OWN, encoding="utf-8")
    (folder / "template.html").write_text(OWN_PAGE, encoding="utf-8")
    campaign = plan(project, PlanRequest("reasons", name, items=4)).campaign
    each = [("fluent", 3), ("why", words)]
    submit(project, campaign, WORKERS, [each] * 4 * len(WORKERS))
    return campaign


def submit(
    project: Project,
    campaign: Campaign,
    people: tuple[str, ...],
    answers: list[list[tuple[str, Any]]],
    *,
    simulated: bool = False,
) -> None:
    """Worker by worker and item by item; each page was in use for 90 seconds."""
    shown = campaigns.read_items(project.engine, campaign.id)
    if simulated:
        workers.register_simulated(project.engine, project.pseudonyms, people)
    arrivals = []
    for k, worker in enumerate(people):
        mine = answers[k * len(shown) : (k + 1) * len(shown)]
        for page, hit in enumerate(campaigns.read_hits(project.engine, campaign.id)):
            said = [
                (item.id, question, value)
                for item, values in zip(shown, mine, strict=True)
                if item.hit_id == hit.id
                for question, value in values
            ]
            at = BEGAN + timedelta(minutes=10 * k + page)
            arrivals.append(
                Arrival(
                    hit_id=hit.id,
                    platform_worker_id=worker,
                    market_id=f"{campaign.name}-{k}-{page}",
                    status="Submitted",
                    answer="{}",
                    accepted_at=at - timedelta(minutes=2),
                    submitted_at=at,
                    reading=Reading(said, {"active_ms": 90_000}),
                    parser="test-1",
                )
            )
    assignments.add(project.engine, campaign.id, project.pseudonyms, arrivals)


def request(project: Project, folder: str = "out", **options: Any) -> ReleaseRequest:
    """A release beside the project."""
    return ReleaseRequest(project.folder.parent / folder, **options)
