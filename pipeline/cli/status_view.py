"""How `konkyo status` is shown: as tables, or as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from db.records import ModelRun
from pipeline.cli.shared import console, print_notes, print_table
from pipeline.readable import in_words
from pipeline.status import CampaignStatus, ProjectStatus

SHOWN_RUNS = 8


def as_json(found: CampaignStatus | None, overview: ProjectStatus) -> dict[str, Any]:
    """The content of the JSON document."""
    return {
        "instances": overview.instances,
        "kinds": overview.kinds,
        "runs": [
            {"id": run.id, "kind": run.kind, "objective": run.objective} for run in overview.runs
        ],
        "campaigns": [
            {"name": c.name, "study": c.study, "state": c.state, "environment": c.environment}
            for c in overview.campaigns
        ],
        "campaign": None if found is None else _campaign_json(found),
    }


def _campaign_json(found: CampaignStatus) -> dict[str, Any]:
    return {
        "name": found.campaign.name,
        "state": found.campaign.state,
        "environment": found.campaign.environment,
        "hits": {"planned": found.hits_planned, "published": found.hits_published},
        "assignments": {"expected": found.assignments_expected, **found.by_status},
        "unreadable": found.unreadable,
        "workers": found.workers,
        "simulated_workers": found.simulated_workers,
        "money": {kind: str(amount) for kind, amount in found.money.items()},
        "currency": found.campaign.currency,
        "hourly_by_clock": found.pay.hourly_by_clock,
        "hourly_in_use": found.pay.hourly_in_use,
        "checks": {"answered": found.checks.answered, "passed": found.checks.passed},
        "repeats": {"answered": found.repeats.answered, "same": found.repeats.same},
        "comprehension": {"asked": found.comprehension[1], "passed": found.comprehension[0]},
    }


def show(found: CampaignStatus | None, overview: ProjectStatus) -> None:
    """Tables on stdout."""
    out = console(stderr=False)
    kinds = f" ({in_words(overview.kinds)})" if set(overview.kinds) - {"text"} else ""
    out.print(f"instances: {overview.instances}{kinds}, model runs: {len(overview.runs)}")
    _show_runs(overview.runs)
    if overview.campaigns:
        rows = [(c.name, c.study, c.state, c.environment) for c in overview.campaigns]
        print_table("Campaigns", ("name", "study", "state", "environment"), rows)
    if found is None:
        out.print('no campaign is open; "konkyo plan" makes one')
        return
    print_table(f"Campaign {found.campaign.name}", ("", ""), _rows(found))


def _show_runs(runs: Sequence[ModelRun]) -> None:
    if not runs:
        return
    shown = runs[-SHOWN_RUNS:]
    rows = [(r.id, r.settings.get("teach") or "", r.seed, r.objective) for r in shown]
    print_table("Model runs, the latest last", ("run", "experiment", "seed", "objective"), rows)
    if len(runs) > len(shown):
        print_notes([f"… and {len(runs) - len(shown)} earlier ones (--json lists all)"])


def _rows(found: CampaignStatus) -> list[tuple[str, str]]:
    money, currency = found.money, found.campaign.currency
    submitted = sum(found.by_status.values())
    by_status = ", ".join(f"{n} {name.lower()}" for name, n in sorted(found.by_status.items()))
    people = f"{found.workers}"
    if found.simulated_workers:
        people += f" ({found.simulated_workers} of them simulated)"
    checks = found.checks
    return [
        ("HITs", f"{found.hits_published} of {found.hits_planned} published"),
        ("assignments", f"{submitted} of {found.assignments_expected} ({by_status or 'none yet'})"),
        ("unreadable", str(len(found.unreadable))),
        ("workers", people),
        ("reserved", f"{money['reserved']} {currency}"),
        ("spent", f"{money['spent']} {currency}"),
        ("returned", f"{money['returned']} {currency}"),
        ("pay per hour, by the clock", _hourly(found.pay.hourly_by_clock, found)),
        ("pay per hour, page in use", _hourly(found.pay.hourly_in_use, found)),
        ("check items passed", f"{checks.passed} of {checks.answered}"),
        *_consistency(found),
    ]


def _consistency(found: CampaignStatus) -> list[tuple[str, str]]:
    """Rows that only campaigns with repeats or comprehension questions have."""
    rows = []
    if found.repeats.answered:
        repeats = found.repeats
        rows.append(("repeats answered as before", f"{repeats.same} of {repeats.answered}"))
    passed, asked = found.comprehension
    if asked:
        rows.append(("comprehension passed", f"{passed} of {asked}"))
    return rows


def _hourly(amount: object, found: CampaignStatus) -> str:
    if amount is None:
        return "unknown yet"
    label = " (simulated workers state a time, they do not take it)"
    simulated = found.workers and found.simulated_workers == found.workers
    return f"{amount} {found.campaign.currency}{label if simulated else ''}"
