"""Consensus labels and soft rationales as rows of a release, computed anew at every export."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from analysis.aggregation import MASK_AGGREGATORS
from analysis.aggregation.base import Aggregation, SoftMasks
from db.errors import KonkyoError
from db.records import Campaign
from db.store import campaigns
from pipeline.aggregate import consensus_of
from pipeline.judged import choice_question, marks_of, questions
from pipeline.project import Project
from pipeline.release.asked import asked
from pipeline.release.columns import Columns, empty
from pipeline.release.names import Names

Row = dict[str, Any]
MARKS = "marks"


def consensus_rows(
    project: Project, campaign: Campaign, names: Names, *, texts: bool
) -> tuple[list[Row], list[str]]:
    """Rows of the table `consensus`, and in words what could not be made.

    Labels are of the first question that is answered with a value; one in words of the worker's
    own is left out like its answers. Marks are those of the question `marks`.
    """
    rows: list[Row] = []
    missing: list[str] = []
    try:
        question = choice_question(project, campaign)
        if not texts and any(q.free and q.name == question for q in asked(campaign)):
            return [], [f"no consensus of {question!r}: it is answered in words of one's own"]
        for method in methods(campaign):
            rows += _by(method, project, campaign, question, names)
    except KonkyoError as error:
        missing = [f"no consensus label in {campaign.name!r}: {error}"]
        rows = _marks_alone(project, campaign)
    return rows, missing


def methods(campaign: Campaign) -> tuple[str, ...]:
    """Majority; where people are known Dawid–Skene too, which weighs how reliable they are."""
    known = bool(campaign.settings["persons_known"])
    return ("majority", "dawid_skene") if known else ("majority",)


def consensus_table(rows: Sequence[Row]) -> Columns:
    """The rows as columns."""
    return {name: [row.get(name) for row in rows] for name in empty("consensus")}


def _by(
    method: str, project: Project, campaign: Campaign, question: str, names: Names
) -> list[Row]:
    made = consensus_of(project, campaign, method)
    shared = {"campaign": campaign.name, "question": question, "method": method}
    labels = {unit: shared | row for unit, row in _labels(made.result).items()}
    masks = {} if made.masks is None else _masks(made.masks)
    if made.masks is not None and question == "label":
        units = dict.fromkeys([*labels, *masks])
        return [shared | labels.get(u, {}) | masks.get(u, {}) | {"instance": u} for u in units]
    items = campaigns.read_items(project.engine, campaign.id)
    held = {item.id: item.instance_id for item in items}
    return [
        *(row | {"item": names.item(u), "instance": held[u]} for u, row in labels.items()),
        *(shared | row | {"question": MARKS, "instance": u} for u, row in masks.items()),
    ]


def _marks_alone(project: Project, campaign: Campaign) -> list[Row]:
    """Where nothing but marks can be made one: the share of people who marked each place."""
    if MARKS not in questions(project, campaign):
        return []
    try:
        masks = MASK_AGGREGATORS.load("mean")(marks_of(project, campaign))
    except KonkyoError:
        return []  # said already: the campaign has no judgements
    shared = {"campaign": campaign.name, "question": MARKS, "method": masks.method}
    return [shared | row | {"instance": unit} for unit, row in _masks(masks).items()]


def _labels(result: Aggregation) -> dict[str, Row]:
    best = result.posterior.max(axis=1, initial=0.0).tolist()
    values = zip(result.units, result.consensus, best, (result.entropy + 0.0).tolist(), strict=True)
    return {
        unit: {
            "label": None if label is None else str(label),
            "probability": probability,
            "entropy": entropy,
        }
        for unit, label, probability, entropy in values
    }


def _masks(masks: SoftMasks) -> dict[str, Row]:
    return {
        identity: {
            "scores": np.asarray(masks.scores[row]).tolist(),
            "certainty": np.asarray(masks.certainty[row]).tolist(),
            "workers": int(masks.n_workers[row]),
        }
        for row, identity in enumerate(masks.instance_ids)
    }
