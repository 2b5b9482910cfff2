"""`konkyo aggregate`: one answer out of many, and one soft rationale for every instance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.aggregation import AGGREGATORS, MASK_AGGREGATORS
from analysis.aggregation.accuracy import gold_of
from analysis.aggregation.aggregate import aggregate as run_aggregator
from analysis.aggregation.base import Aggregation, SoftMasks
from analysis.aggregation.scores import Drawing, scores
from db.records import Campaign, Estimate, HumanRationale
from db.store import consensus
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
    """One method's consensus; `stored` counts human rationales written to the database."""

    of: str
    method: str
    result: Aggregation
    estimates: list[Estimate]
    masks: SoftMasks | None
    stored: int
    notes: list[str]

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
        return {"units": len(self.result.units), "ties": ties, "stored": self.stored}


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
) -> Consensus:
    """Consensus of a long table in a file; its scores where a gold column is named."""
    table = judgements_of(path, unit=unit, value=value, worker=worker, gold=gold)
    result = run_aggregator(table, method, persons_known=worker is not None, **seeded(method, seed))
    drawing = Drawing(settings.bootstrap, seed, settings.confidence)
    estimates = [] if gold is None else scores(result, gold_of(table), drawing)
    return Consensus(str(path), method, result, estimates, None, 0, list(result.notes))


def seeded(method: str, seed: int) -> dict[str, Any]:
    """The seed as an option, for methods with random starts."""
    random = method in AGGREGATORS and "seed" in signature(AGGREGATORS.load(method)).parameters
    return {"seed": seed} if random else {}


def aggregate_campaign(
    project: Project, name: str | None, method: str, seed: int | None = None
) -> Consensus:
    """Consensus label and soft rationale of every instance of a campaign, stored."""
    campaign = judged_campaign(project, name)
    found = consensus_of(project, campaign, method, seed)
    stored = _rationales(campaign, method, found.result, found.masks)
    consensus.replace(project.engine, campaign.id, method, stored)
    return replace(found, stored=len(stored))


def consensus_of(
    project: Project, campaign: Campaign, method: str, seed: int | None = None
) -> Consensus:
    """The same without storing anything."""
    asked = questions(project, campaign)
    question = choice_question(project, campaign)
    table = regular(project, campaign, question)
    if "marks" in asked and question == "label":
        table = by_instance(table)
    known = bool(campaign.settings["persons_known"])
    options = seeded(method, project.settings.project.seed if seed is None else seed)
    result = run_aggregator(table, method, persons_known=known, duplicates="first", **options)
    masks = None
    if "marks" in asked:
        weighted = known and method != "majority"
        masks = MASK_AGGREGATORS.load("reliability" if weighted else "mean")(
            marks_of(project, campaign)
        )
    return Consensus(campaign.name, method, result, [], masks, 0, list(result.notes))


def _rationales(
    campaign: Campaign, method: str, result: Aggregation, masks: SoftMasks | None
) -> list[HumanRationale]:
    labels = dict(
        zip(result.units, zip(result.consensus, result.posterior, strict=True), strict=True)
    )
    if masks is None:
        return []
    made = []
    for row, instance_id in enumerate(masks.instance_ids):
        label, posterior = labels.get(instance_id, (None, np.array([])))
        made.append(
            HumanRationale(
                campaign_id=campaign.id,
                instance_id=instance_id,
                method=method,
                scores=np.asarray(masks.scores[row], dtype=np.float32),
                certainty=np.asarray(masks.certainty[row], dtype=np.float32),
                n_workers=int(masks.n_workers[row]),
                label=label,
                label_probability=float(posterior.max()) if len(posterior) else None,
            )
        )
    return made
