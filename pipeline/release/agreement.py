"""Agreement of a campaign's workers, with intervals, as rows of a release."""

from __future__ import annotations

from collections.abc import Sequence

from db.errors import KonkyoError
from db.records import Campaign, Estimate
from pipeline.agreement import agreement_of_campaign
from pipeline.project import Project
from pipeline.release.asked import asked
from pipeline.release.columns import Columns, empty

SAME = ("subject", "name", "value", "se", "low", "high", "confidence", "over", "scale")
COUNTS = ("units", "workers", "judgements")


def agreement_rows(
    project: Project, campaign: Campaign, *, texts: bool
) -> tuple[list[Estimate], list[str]]:
    """Estimates as `konkyo agreement` makes them, or in words why there are none.

    Questions answered in words of the worker's own are left out with their answers, for an
    estimate's subject may name one.
    """
    try:
        found = agreement_of_campaign(project, campaign.name)
    except KonkyoError as error:
        return [], [f"no agreement in {campaign.name!r}: {error}"]
    free = {one.name for one in asked(campaign) if one.free and not texts}
    return [e for e in found.estimates if e.subject.split(":")[0] not in free], []


def agreement_table(found: Sequence[tuple[str, Estimate]]) -> Columns:
    """Campaign and estimate, row by row, as columns."""
    columns = empty("agreement")
    columns["campaign"] = [campaign for campaign, _ in found]
    for name in (*SAME, "method", "note"):
        columns[name] = [getattr(estimate, name) for _, estimate in found]
    for name in COUNTS:
        columns[name] = [getattr(estimate, f"n_{name}") for _, estimate in found]
    return columns
