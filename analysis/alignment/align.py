"""How far the rationales of a model agree with people's, between chance and people themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from analysis.alignment import FAMILIES
from analysis.alignment.base import (
    AlignmentResult,
    Average,
    Family,
    Golds,
    KPolicy,
    TiePolicy,
)
from analysis.alignment.contract import AS_GIVEN, ONE_EACH, Contract
from analysis.alignment.jackknife import without_each_worker
from analysis.alignment.prepare import (
    contract_of,
    general_notes,
    golds_left_out,
    instances_left_out,
    maps_left_out,
    prepare,
    tie_notes,
    tokens_left_out,
)
from analysis.alignment.report import Board, Sample, board_estimates, board_of, in_order
from analysis.alignment.scoring import (
    Choices,
    Column,
    Setting,
    columns,
    cuts_in_ties,
    joined,
)
from analysis.resampling import KINDS, Plan, Units
from db.columns import INSTANCE, VALUE
from db.ragged import Ragged
from db.records import Marks, Over

SUBJECT = "subject"
METRIC = "metric"
ABOUT = {"tokenisation": AS_GIVEN, "pooling": ONE_EACH}


@dataclass(frozen=True, eq=False)
class Scored:
    """Every score of some instances, before any interval. `by_policy`: gold policy → columns of
    its families, with the families themselves; `tied`: explainer → cuts that fell between equal
    scores, of `n_cuts`; the rest is as in an `AlignmentResult`."""

    by_policy: dict[str, tuple[list[Family], list[Column]]]
    excluded: dict[str, int]
    tied: dict[str, int]
    n_cuts: int
    notes: list[str]
    contracts: tuple[Contract, ...]

    @property
    def metrics(self) -> list[str]:
        """All metrics, in the order of their families."""
        return [metric for contract in self.contracts for metric in contract.metrics]


def align(
    scores: Mapping[str, Ragged],
    marks: Marks,
    *,
    gold_policy: str = "each",
    k: KPolicy = "instance",
    average: Average = "macro",
    ties: TiePolicy = "position",
    families: Sequence[str] = tuple(FAMILIES),
    over: Sequence[Over] = KINDS,
    bootstrap: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
    noun: str = "token",
    about: Mapping[str, str] = ABOUT,
) -> AlignmentResult:
    """Score every explainer against people, with random, constant, oracle and people beside it.

    `scores`: explainer → ragged float32, one row per instance in the order of `marks.instance_ids`,
    one value per token. `gold_policy`: a name from `GOLD_POLICIES`. `k`: how many tokens a map is
    cut to for all scores at a cut (`analysis.alignment.cut.choose_k`). `average`: "macro" is the
    mean over instances; "micro" divides sums of hits by sums of counts, and only scores at a cut
    have it. `ties`: equal scores at the cut of a map. `noun`: what a unit is called; `about`: the
    words of the contract for tokenisation and pooling.

    A score is averaged over the golds of an instance, then over instances. Intervals are over
    instances; over workers and both, where persons are known, for the policy `each`; and a
    delete-one-worker jackknife for golds made of several workers. An instance with one worker has
    a gold, but no people to compare with. Undefined scores are left out and counted.
    """
    return align_by(
        scores,
        marks,
        Choices(gold_policy, k, average, ties, seed, noun),
        families=families,
        over=over,
        bootstrap=bootstrap,
        confidence=confidence,
        about=about,
    )


def align_by(
    scores: Mapping[str, Ragged],
    marks: Marks,
    choices: Choices,
    *,
    families: Sequence[str] = tuple(FAMILIES),
    over: Sequence[Over] = KINDS,
    bootstrap: int = 1000,
    confidence: float = 0.95,
    about: Mapping[str, str] = ABOUT,
) -> AlignmentResult:
    """As `align`, for callers that have the choices in one piece."""
    setting = prepare(scores, marks, choices)
    units = Units.single(len(marks.instance_ids), noun="instances")
    settings = (marks.persons_known, tuple(over), bootstrap, choices.seed, confidence)
    plan = Plan(units, len(marks.worker_ids), *settings)
    scored = score_all(setting, families, about)
    boards = [_board(setting, policy, *found, plan) for policy, found in scored.by_policy.items()]
    return result_of(scored, boards, choices, plan, per_instance(boards, marks, scored.metrics))


def result_of(
    scored: Scored, boards: Sequence[Board], choices: Choices, plan: Plan, table: pd.DataFrame
) -> AlignmentResult:
    """Estimates, with what was left out and what must be said beside them."""
    estimates = [e for board in boards for e in board_estimates(board)]
    notes = general_notes(choices, plan) + scored.notes
    notes += tie_notes(scored.tied, scored.n_cuts, choices)
    kept = {reason: count for reason, count in scored.excluded.items() if count}
    return AlignmentResult(
        in_order(estimates, scored.metrics), table, kept, notes, scored.contracts, choices.noun
    )


def score_all(setting: Setting, families: Sequence[str], about: Mapping[str, str]) -> Scored:
    """Every family's scores of every subject against every gold."""
    choices, marks = setting.choices, setting.marks
    excluded, notes = instances_left_out(marks), list[str]()
    loaded: list[Family] = [FAMILIES.load(name)() for name in families]
    usable = [f for f in loaded if not (f.hard_only and choices.gold_policy == "soft")]
    for family in loaded:
        if family not in usable:
            notes.append(f"{', '.join(family.metrics)} need hard golds, and are left out")
    by_policy: dict[str, tuple[list[Family], list[Column]]] = {}
    tied, n_cuts = dict[str, int](), 0
    for policy in dict.fromkeys(_policy(family, choices) for family in usable):
        members = [f for f in usable if _policy(f, choices) == policy]
        pieces = list[Column]()
        for block in setting.golds(policy):
            made = columns(setting, members, block, each=policy == "each")
            pieces += made
            add(excluded, _left_out(members, made, block.golds))
            if policy == choices.gold_policy:
                add(excluded, tokens_left_out(block.golds, marks))
                n_cuts += len(block.k)
                if any(family.cut for family in members):
                    add(tied, cuts_in_ties(setting, block))
        by_policy[policy] = members, joined(pieces)
    contracts = [contract_of(f, _policy(f, choices), choices, about) for f in usable]
    tied = {subject: count for subject, count in tied.items() if count}
    return Scored(by_policy, excluded, tied, n_cuts, notes, tuple(contracts))


def _left_out(members: Sequence[Family], made: Sequence[Column], golds: Golds) -> dict[str, int]:
    """Golds and maps of a block that give no score, by reason."""
    counts: dict[str, int] = {}
    for family in members:
        own = [column for column in made if column.family is family]
        counts |= golds_left_out(family, golds) | maps_left_out(family, own, golds)
    return counts


def add(counts: dict[str, int], more: Mapping[str, int]) -> None:
    """Add counts by reason to what was counted before."""
    for reason, count in more.items():
        counts[reason] = counts.get(reason, 0) + count


def _policy(family: Family, choices: Choices) -> str:
    return "soft" if family.soft_gold else choices.gold_policy


def _board(
    setting: Setting, policy: str, members: list[Family], made: list[Column], plan: Plan
) -> Board:
    marks = setting.marks
    leave_out = None
    if policy != "each":
        leave_out = partial(without_each_worker, setting, members, policy, made)
    asked = np.bincount(marks.instance, minlength=len(marks.instance_ids)).astype(np.int64)
    sample = Sample(asked, len(marks.worker_ids) if marks.persons_known else None)
    return board_of(made, setting.maps, sample, plan, leave_out)


def per_instance(boards: Sequence[Board], marks: Marks, metrics: list[str]) -> pd.DataFrame:
    """The defined scores, long: instance (id), subject, metric, value."""
    names = np.array(marks.instance_ids, dtype=object)
    order = {metric: place for place, metric in enumerate(metrics)}
    found = [pair for b in boards for pair in zip(b.columns, b.means, strict=True)]
    parts = [pd.DataFrame(columns=[INSTANCE, SUBJECT, METRIC, VALUE])]
    for column, means in sorted(found, key=lambda pair: order[pair[0].metric]):
        there = np.isfinite(means)
        about = {SUBJECT: column.subject, METRIC: column.metric, VALUE: means[there]}
        parts.append(pd.DataFrame({INSTANCE: names[there], **about}))
    return pd.concat(parts[1:] or parts, ignore_index=True)
