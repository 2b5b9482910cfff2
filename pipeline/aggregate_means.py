"""`konkyo aggregate --method interval_mean`: numbers of many workers as one, with uncertainty."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.aggregation.aggregate import mean_of
from analysis.aggregation.base import Means
from analysis.judgements import Duplicates
from db.errors import NotFound
from db.records import Campaign, Estimate
from db.store import consensus
from pipeline.aggregate_store import Asked, number_units, origin_of
from pipeline.judged import judged_campaign, questions, regular
from pipeline.project import Project
from pipeline.tables import check_numbers, judgements_of

NUMBERS = ("ordinal", "interval", "ratio")


@dataclass(frozen=True)
class Averaged:
    """One method's means; `stored_units` counts those written to the database."""

    of: str
    result: Means
    notes: list[str]
    estimates: list[Estimate] = field(default_factory=list)
    stored_units: int = 0

    @property
    def method(self) -> str:
        """The method's name."""
        return self.result.method

    @property
    def excluded(self) -> dict[str, int]:
        """Reason → rows left out."""
        return self.result.excluded

    def table(self) -> pd.DataFrame:
        """One row a unit: unit, mean, sd, judgements; for `ordinal_mean` the nearest label."""
        return self.result.units.reset_index()

    def workers(self) -> pd.DataFrame:
        """One row a worker: worker, judgements, bias, bias_se, noise_sd, reliability."""
        return self.result.workers.reset_index()

    def document(self) -> dict[str, Any]:
        """What a JSON document says besides estimates, what was left out, and notes."""
        return {
            "units": len(self.result.units),
            "scale": self.result.scale,
            "stored": 0,
            "stored_units": self.stored_units,
        }


def means_of_file(
    path: Path,
    method: str,
    *,
    unit: str,
    value: str,
    worker: str | None = None,
    duplicates: Duplicates = "error",
) -> Averaged:
    """Means of a long table in a file."""
    table = judgements_of(path, unit=unit, value=value, worker=worker)
    check_numbers(path, table, "interval")
    result = mean_of(table, method, persons_known=worker is not None, duplicates=duplicates)
    return Averaged(str(path), result, list(result.notes))


def means_of_campaign(project: Project, name: str | None, method: str) -> Averaged:
    """Means of the first question of a campaign that is answered on a scale, stored by item."""
    campaign = judged_campaign(project, name)
    question = _question(project, campaign)
    asked = Asked(campaign, question, "item", regular(project, campaign, question))
    result = mean_of(asked.table, method, persons_known=asked.persons_known, duplicates="first")
    origin = origin_of(asked, result, method, {})
    units = number_units(asked, origin, result, project.settings.analysis.confidence)
    consensus.replace(project.engine, origin, units)
    of = f"{campaign.name}, {question}"
    return Averaged(of, result, list(result.notes), stored_units=len(units))


def _question(project: Project, campaign: Campaign) -> str:
    for name, level in questions(project, campaign).items():
        if level in NUMBERS:
            return name
    raise NotFound(f"campaign {campaign.name!r} asked no question that is answered on a scale")
