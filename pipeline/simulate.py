"""`konkyo simulate`: a crowd of known skill answers a campaign, in environment local only.

The workers' ids are registered as simulated before any of them answers, so that nothing they do
can ever be taken for the work of people. What they know of the truth comes from the instances'
labels and from imported rationales.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from db import frames
from db.errors import NotFound, SafetyError
from db.records import Campaign, Instance, Item
from db.store import campaigns, instances, workers
from hits.crowd import SimulatedWorker, Truth, allot, draw_crowd, work
from pipeline.project import Project
from pipeline.publish import market_of, published_hits


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
    market = market_of(project, campaign)
    hits = published_hits(project, campaign)
    truth = _truth(project, campaign)
    drawn = campaign.seed if seed is None else seed
    crowd = _crowd(project, campaign, workers, careless, drawn)
    visits = allot(list(hits.values()), crowd, campaign.assignments_per_hit, drawn)
    outcome = work(market.endpoint_url, crowd, visits, truth, seed=drawn, on_answer=on_answer)
    return Simulated(campaign, len(crowd), outcome.submitted)


def _crowd(
    project: Project, campaign: Campaign, n: int, careless: float, seed: int
) -> list[SimulatedWorker]:
    crowd = draw_crowd(n, careless, seed, workers.count_simulated(project.engine), campaign.id)
    ids = [worker.platform_id for worker in crowd]
    workers.register_simulated(project.engine, project.pseudonyms, ids)
    return crowd


def _truth(project: Project, campaign: Campaign) -> dict[str, Truth]:
    items = campaigns.read_items(project.engine, campaign.id)
    shown = instances.read(project.engine, ids={i.instance_id: None for i in items})
    evidence = _evidence(project, shown)
    labels = {i.id: i.label for i in shown}
    if not evidence and not any(labels.values()):
        raise NotFound(
            "simulated workers need to know something of the truth, but the instances have no "
            'labels and no imported rationales; import data that has them ("konkyo import")'
        )
    return {item.id: _known(item, labels, evidence) for item in items}


def _known(item: Item, labels: dict[str, str | None], evidence: dict[str, frozenset[int]]) -> Truth:
    return Truth(labels[item.instance_id], evidence.get(item.instance_id, frozenset()))


def _evidence(project: Project, shown: Sequence[Instance]) -> dict[str, frozenset[int]]:
    """Words that at least half of those marked who are on file for an instance."""
    found: dict[str, frozenset[int]] = {}
    for campaign in campaigns.read(project.engine):
        if campaign.environment != "imported" or campaign.study != "highlight":
            continue
        marks = frames.marks(project.engine, campaign.id, shown, persons_known=False)
        for number, identity in enumerate(marks.instance_ids):
            rows = [marks.masks[row] for row in np.flatnonzero(marks.instance == number).tolist()]
            share = np.mean(np.stack(rows), axis=0)
            found[identity] = frozenset(np.flatnonzero(share >= 0.5).tolist())
    return found
