"""`konkyo aggregate`: one answer out of many, and one soft rationale for every instance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.aggregation import MASK_AGGREGATORS
from analysis.aggregation.accuracy import accuracy, gold_of
from analysis.aggregation.aggregate import aggregate as run_aggregator
from analysis.aggregation.base import Aggregation, SoftMasks
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
        """One row a unit: unit, consensus (empty where tied), entropy, and `p:LABEL` for each."""
        result = self.result
        columns: dict[str, Any] = {
            "unit": list(result.units),
            "consensus": result.consensus,
            "entropy": result.entropy,
        }
        for number, label in enumerate(result.labels):
            columns[f"p:{label}"] = result.posterior[:, number]
        return pd.DataFrame(columns)


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
    """Consensus of a long table in a file; its accuracy where a gold column is named."""
    table = judgements_of(path, unit=unit, value=value, worker=worker, gold=gold)
    result = run_aggregator(table, method, persons_known=worker is not None)
    estimates = []
    if gold is not None:
        known = gold_of(table)
        estimates.append(
            accuracy(
                result,
                known,
                bootstrap=settings.bootstrap,
                seed=seed,
                confidence=settings.confidence,
            )
        )
    return Consensus(str(path), method, result, estimates, None, 0, list(result.notes))


def aggregate_campaign(project: Project, name: str | None, method: str) -> Consensus:
    """Consensus label and soft rationale of every instance of a campaign, stored."""
    campaign = judged_campaign(project, name)
    found = consensus_of(project, campaign, method)
    stored = _rationales(campaign, method, found.result, found.masks)
    consensus.replace(project.engine, campaign.id, method, stored)
    return replace(found, stored=len(stored))


def consensus_of(project: Project, campaign: Campaign, method: str) -> Consensus:
    """The same without storing anything."""
    asked = questions(project, campaign)
    question = choice_question(project, campaign)
    table = regular(project, campaign, question)
    if "marks" in asked and question == "label":
        table = by_instance(table)
    known = bool(campaign.settings["persons_known"])
    result = run_aggregator(table, method, persons_known=known, duplicates="first")
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
