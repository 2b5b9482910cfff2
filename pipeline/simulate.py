"""`konkyo simulate`: a crowd of known skill answers a campaign, in environment local only.

The workers' ids are registered as simulated before any of them answers, so that nothing they do
can ever be taken for the work of people. What they know of the truth comes from the instances'
labels, from imported rationales, and from what the study's drawing knows of its items.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from db.errors import SafetyError, UsageError
from db.records import Campaign
from db.store import campaigns, workers
from hits.crowd import SimulatedWorker, allot, draw_crowd, work
from hits.studies import load_study
from pipeline.known import truths
from pipeline.market import FRAGMENT, planned_market
from pipeline.project import Project
from pipeline.publish import published_hits


@dataclass(frozen=True)
class Simulated:
    """What the crowd did: workers drawn, assignments submitted."""

    campaign: Campaign
    workers: int
    assignments: int


def simulate(
    project: Project,
    name: str | None,
    *,
    workers: int = 12,
    careless: float = 0.1,
    seed: int | None = None,
    on_answer: Callable[[int, int], None] | None = None,
) -> Simulated:
    """Let `workers` simulated workers answer the published HITs of a campaign."""
    campaign = campaigns.find(project.engine, name, imported=False)
    if campaign.environment != "local":
        raise SafetyError(
            f"campaign {campaign.name!r} is in environment {campaign.environment}: simulated "
            "workers answer only campaigns that were planned as local"
        )
    market = planned_market(project, campaign)
    if market.flavour == FRAGMENT:
        raise UsageError(
            f"campaign {campaign.name!r} is in the folder {market.endpoint_url}, which has no "
            "address where simulated workers could answer; plan one for an endpoint"
        )
    hits = published_hits(project, campaign)
    truth = truths(project, campaign)
    drawn = campaign.seed if seed is None else seed
    crowd = _crowd(project, campaign, workers, careless, drawn)
    visits = allot(list(hits.values()), crowd, campaign.assignments_per_hit, drawn)
    outcome = work(market.endpoint_url, crowd, visits, truth, seed=drawn, on_answer=on_answer)
    return Simulated(campaign, len(crowd), outcome.submitted)


def _crowd(
    project: Project, campaign: Campaign, n: int, careless: float, seed: int
) -> list[SimulatedWorker]:
    before = workers.count_simulated(project.engine)
    crowd = draw_crowd(n, careless, seed, before, campaign.id, _labels(campaign))
    ids = [worker.platform_id for worker in crowd]
    workers.register_simulated(project.engine, project.pseudonyms, ids)
    return crowd


def _labels(campaign: Campaign) -> list[str]:
    """The answers that workers may lean to: all options of questions without an order."""
    questions = load_study(campaign.study).questions(campaign.settings["options"])
    nominal = (question for question in questions if question.level == "nominal")
    return list(dict.fromkeys(str(value) for question in nominal for value in question.values))
