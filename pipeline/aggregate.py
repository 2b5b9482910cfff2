"""`konkyo aggregate`: one answer out of many, and one soft rationale for every instance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from inspect import signature
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.aggregation import AGGREGATORS, MASK_AGGREGATORS
from analysis.aggregation.accuracy import gold_of, never_given
from analysis.aggregation.aggregate import aggregate as run_aggregator
from analysis.aggregation.base import Aggregation, SoftMasks
from analysis.aggregation.scores import Drawing, scores
from analysis.judgements import Duplicates
from db.errors import UsageError
from db.records import Campaign, Estimate, HumanRationale
from db.store import consensus
from pipeline.aggregate_store import Asked, label_units, origin_of, rationales_of
from pipeline.config import AnalysisSettings
from pipeline.judged import (
    by_instance,
    choice_question,
    judged_campaign,
    marks_of,
    questions,
    regular,
)
from pipeline.project import Project
from pipeline.tables import judgements_of


@dataclass(frozen=True)
class Consensus:
    """One method's consensus; `stored` and `stored_units` count what the database has of it.

    The first counts human rationales, the second units.
    """

    of: str
    method: str
    result: Aggregation
    estimates: list[Estimate]
    masks: SoftMasks | None
    stored: int
    notes: list[str]
    rationales: tuple[HumanRationale, ...] = ()
    stored_units: int = 0

    def table(self) -> pd.DataFrame:
        """One row a unit: unit, consensus (empty where tied), entropy, and `p:LABEL` for each.

        What else the method says of units stands behind (`difficulty`, of `glad`).
        """
        result = self.result
        columns: dict[str, Any] = {
            "unit": list(result.units),
            "consensus": result.consensus,
            "entropy": result.entropy,
        }
        for number, label in enumerate(result.labels):
            columns[f"p:{label}"] = result.posterior[:, number]
        return pd.DataFrame(columns | dict(result.about_units))

    def workers(self) -> pd.DataFrame:
        """One row a worker: worker, judgements, reliability, and what else the method says."""
        return self.result.workers.reset_index()

    @property
    def excluded(self) -> dict[str, int]:
        """Reason → rows left out."""
        return self.result.excluded

    def document(self) -> dict[str, Any]:
        """What a JSON document says besides estimates, what was left out, and notes."""
        ties = int(self.result.tied.sum())
        return {
            "units": len(self.result.units),
            "ties": ties,
            "stored": self.stored,
            "stored_units": self.stored_units,
        }


def aggregate_file(
    path: Path,
    method: str,
    settings: AnalysisSettings,
    *,
    unit: str,
    value: str,
    worker: str | None = None,
    gold: str | None = None,
    seed: int = 1,
    duplicates: Duplicates = "error",
) -> Consensus:
    """Consensus of a long table in a file; its scores where a gold column is named."""
    table = judgements_of(path, unit=unit, value=value, worker=worker, gold=gold)
    known = worker is not None
    result = run_aggregator(
        table, method, persons_known=known, duplicates=duplicates, **seeded(method, seed)
    )
    drawing = Drawing(settings.bootstrap, seed, settings.confidence)
    truth = {} if gold is None else gold_of(table)
    estimates = [] if gold is None else scores(result, truth, drawing)
    notes = [*never_given(result, truth), *result.notes]
    return Consensus(str(path), method, result, estimates, None, 0, notes)


def seeded(method: str, seed: int) -> dict[str, Any]:
    """The seed as an option, for methods with random starts."""
    random = method in AGGREGATORS and "seed" in signature(AGGREGATORS.load(method)).parameters
    return {"seed": seed} if random else {}


def aggregate_campaign(
    project: Project,
    name: str | None,
    method: str,
    seed: int | None = None,
    *,
    need_rationales: bool = False,
) -> Consensus:
    """Consensus of every unit of a campaign and its soft rationales, stored under the method's name.

    `need_rationales`: refuse a campaign in which nothing was marked, before anything is stored.
    """
    campaign = judged_campaign(project, name)
    if need_rationales and "marks" not in questions(project, campaign):
        raise UsageError(
            f"campaign {campaign.name!r} asked nobody to mark anything; leave out --rationales-out"
        )
    asked = asked_of(project, campaign)
    found = _consensus(project, asked, method, seed)
    origin = origin_of(asked, found.result, method, _options(project, method, seed))
    units = label_units(asked, origin, found.result)
    consensus.replace(project.engine, origin, units, found.rationales)
    return replace(found, stored=len(found.rationales), stored_units=len(units))


def consensus_of(
    project: Project, campaign: Campaign, method: str, seed: int | None = None
) -> Consensus:
    """The same without storing anything."""
    return _consensus(project, asked_of(project, campaign), method, seed)


def asked_of(project: Project, campaign: Campaign) -> Asked:
    """Judgements of the campaign's first question that is answered with a value.

    Where people chose a label and marked what justifies it, instances are the units, else items.
    """
    question = choice_question(project, campaign)
    table = regular(project, campaign, question)
    if "marks" in questions(project, campaign) and question == "label":
        return Asked(campaign, question, "instance", by_instance(table))
    return Asked(campaign, question, "item", table)


def _consensus(project: Project, asked: Asked, method: str, seed: int | None) -> Consensus:
    campaign, known = asked.campaign, asked.persons_known
    options = _options(project, method, seed)
    result = run_aggregator(asked.table, method, persons_known=known, duplicates="first", **options)
    masks = None
    if "marks" in questions(project, campaign):
        weighted = known and method != "majority"
        masks = MASK_AGGREGATORS.load("reliability" if weighted else "mean")(
            marks_of(project, campaign)
        )
    rationales = rationales_of(campaign, method, result, masks)
    notes = list(result.notes)
    return Consensus(campaign.name, method, result, [], masks, 0, notes, tuple(rationales))


def _options(project: Project, method: str, seed: int | None) -> dict[str, Any]:
    return seeded(method, project.settings.project.seed if seed is None else seed)
