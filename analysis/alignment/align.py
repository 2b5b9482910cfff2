"""How far the rationales of a model agree with people's, between chance and people themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.alignment import FAMILIES
from analysis.alignment.base import AlignmentResult, Family, KPolicy
from analysis.alignment.golds import golds_of
from analysis.alignment.prepare import (
    general_notes,
    golds_left_out,
    instances_left_out,
    prepare,
    tie_notes,
    tokens_left_out,
)
from analysis.alignment.report import Board, board_estimates, board_of
from analysis.alignment.scoring import columns
from analysis.resampling import KINDS, Plan, Units
from db.columns import INSTANCE, VALUE
from db.ragged import Ragged
from db.records import Estimate, Marks, Over

SUBJECT = "subject"
METRIC = "metric"


def align(
    scores: Mapping[str, Ragged],
    marks: Marks,
    *,
    gold_policy: str = "each",
    k: KPolicy = "instance",
    families: Sequence[str] = tuple(FAMILIES),
    over: Sequence[Over] = KINDS,
    bootstrap: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> AlignmentResult:
    """Score every explainer against people, with random, constant, oracle and people beside it.

    `scores`: explainer → ragged float32, one row per instance in the order of `marks.instance_ids`,
    one value per token. `gold_policy`: a name from `GOLD_POLICIES`. `k`: how many tokens a map is
    cut to for precision, recall, F1 and IoU (`analysis.alignment.cut.choose_k`).

    A score is averaged over the golds of an instance, then over instances. Intervals are over
    instances; over workers and both, where persons are known, for the policy `each`; and a
    delete-one-worker jackknife for golds made of several workers. An instance with one worker has
    a gold, but no people to compare with. Undefined scores are left out and counted.
    """
    setting = prepare(scores, marks, gold_policy, k, seed)
    units = Units.single(len(marks.instance_ids), noun="instances")
    settings = (marks.persons_known, tuple(over), bootstrap, seed, confidence)
    plan = Plan(units, len(marks.worker_ids), *settings)
    excluded, notes = instances_left_out(marks), general_notes(setting, plan)
    estimates: list[Estimate] = []
    boards: list[Board] = []
    for name in families:
        family: Family = FAMILIES.load(name)()
        policy = "soft" if family.soft_gold else gold_policy
        if family.hard_only and policy == "soft":
            notes.append(f"{', '.join(family.metrics)} need hard golds, and are left out")
            continue
        golds = golds_of(marks, setting.starts, policy)
        made = columns(setting, family, golds, each=policy == "each")
        boards.append(board_of(setting, family, policy, made, plan))
        estimates += board_estimates(boards[-1], plan)
        excluded |= golds_left_out(family, golds)
        if policy == gold_policy:
            excluded |= tokens_left_out(golds, marks)
        if family.cut:
            notes += [note for note in tie_notes(setting, golds) if note not in notes]
    kept = {reason: count for reason, count in excluded.items() if count}
    return AlignmentResult(estimates, _per_instance(boards, marks), kept, notes)


def _per_instance(boards: Sequence[Board], marks: Marks) -> pd.DataFrame:
    """The defined scores, long: instance (id), subject, metric, value."""
    names = np.array(marks.instance_ids, dtype=object)
    parts = [pd.DataFrame(columns=[INSTANCE, SUBJECT, METRIC, VALUE])]
    for board in boards:
        for column, means in zip(board.columns, board.means, strict=True):
            there = np.isfinite(means)
            about = {SUBJECT: column.subject, METRIC: column.metric, VALUE: means[there]}
            parts.append(pd.DataFrame({INSTANCE: names[there], **about}))
    return pd.concat(parts[1:] or parts, ignore_index=True)
