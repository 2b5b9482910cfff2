"""`konkyo status`: how far a campaign is, what it cost, what people earned, how checks went."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from db.errors import NotFound
from db.records import Assignment, Campaign, InstanceKind, LedgerKind, ModelRun
from db.store import assignments, campaigns, instances, ledger, runs
from hits.money import hourly_wage
from pipeline.gold import CheckRecord, check_record
from pipeline.project import Project
from pipeline.repeats import RepeatRecord, repeat_record


@dataclass(frozen=True)
class Pay:
    """What an hour of this work pays, by the clock and by the time the page was in use.

    By the clock counts from accepting to submitting. Medians over assignments; None where
    nothing is known.
    """

    seconds_by_clock: float | None
    hourly_by_clock: Decimal | None
    seconds_in_use: float | None
    hourly_in_use: Decimal | None


@dataclass(frozen=True)
class CampaignStatus:
    """One campaign at a glance.

    `comprehension`: assignments whose questions on the instructions were passed, and all that
    were asked.
    """

    campaign: Campaign
    hits_planned: int
    hits_published: int
    assignments_expected: int
    by_status: dict[str, int]
    unreadable: dict[str, str]
    workers: int
    simulated_workers: int
    money: dict[LedgerKind, Decimal]
    pay: Pay
    checks: CheckRecord
    repeats: RepeatRecord
    comprehension: tuple[int, int]


@dataclass(frozen=True)
class ProjectStatus:
    """What the project holds beside its campaigns; `kinds` counts instances by kind."""

    kinds: dict[InstanceKind, int]
    runs: list[ModelRun]
    campaigns: list[Campaign]

    @property
    def instances(self) -> int:
        """Instances of every kind."""
        return sum(self.kinds.values())


def project_status(project: Project) -> ProjectStatus:
    """Counts and runs of the project."""
    return ProjectStatus(
        dict(instances.kinds(project.engine)),
        runs.read(project.engine),
        campaigns.read(project.engine),
    )


def campaign_status(project: Project, name: str | None) -> CampaignStatus | None:
    """Status of the campaign called `name`, else of the only open one; None if there is none."""
    try:
        campaign = campaigns.find(project.engine, name)
    except NotFound:
        if name is not None:
            raise
        return None
    hits = campaigns.read_hits(project.engine, campaign.id)
    found = assignments.read(project.engine, campaign.id)
    return CampaignStatus(
        campaign=campaign,
        hits_planned=len(hits),
        hits_published=sum(hit.market_id is not None for hit in hits),
        assignments_expected=len(hits) * campaign.assignments_per_hit,
        by_status=dict(Counter(a.status for a in found)),
        unreadable={a.market_id: a.problem for a in found if a.problem},
        workers=len({a.worker_id for a in found}),
        simulated_workers=len({a.worker_id for a in found if a.simulated}),
        money=ledger.totals(project.engine, campaign.id),
        pay=_pay(campaign, found),
        checks=check_record(project, campaign),
        repeats=repeat_record(project, campaign),
        comprehension=_comprehension(found),
    )


def _comprehension(found: Sequence[Assignment]) -> tuple[int, int]:
    passed = [a.facts["comprehension_passed"] for a in found if "comprehension_passed" in a.facts]
    return sum(passed), len(passed)


def _pay(campaign: Campaign, found: Sequence[Assignment]) -> Pay:
    clock = [
        (a.submitted_at - a.accepted_at).total_seconds()
        for a in found
        if a.submitted_at is not None and a.accepted_at is not None
    ]
    used = [a.facts["active_ms"] / 1000 for a in found if a.facts.get("active_ms")]
    by_clock = statistics.median(clock) if clock else None
    in_use = statistics.median(used) if used else None
    return Pay(
        by_clock,
        None if by_clock is None else hourly_wage(campaign.reward, by_clock),
        in_use,
        None if in_use is None else hourly_wage(campaign.reward, in_use),
    )
