"""From tables of scores to Estimates: which intervals a score gets, and what is said beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from analysis.alignment.base import Family
from analysis.alignment.floors import ORACLE, PEOPLE
from analysis.alignment.jackknife import without_each_worker
from analysis.alignment.normalised import SCALE, SUFFIX, UNCLEAR, Triples, spread_of, triples
from analysis.alignment.scoring import Column, Setting
from analysis.arrays import Floats
from analysis.intervals import Spread, estimate, jackknife, percentile
from analysis.resampling import Plan, Weights
from analysis.score_table import ScoreBoard, means_over_instances
from db.records import Estimate, Over


@dataclass(frozen=True, eq=False)
class Board:
    """The columns of one family under one gold policy, and what is asked of them.

    `means`: float64, shape (M, I), instance means with all workers counting the same.
    """

    setting: Setting
    family: Family
    policy: str
    columns: list[Column]
    scores: ScoreBoard
    means: Floats
    triples: Triples
    plan: Plan

    def statistics(self, drawn: Weights) -> Floats:
        """Means of all columns, normalised scores, ceilings − floors: shape (M + 2·T, b)."""
        resampled = drawn.workers.shape[1] > 1
        means = self.scores.instance_means(drawn) if resampled else self.means[:, :, None]
        plain = means_over_instances(means, drawn.units)
        return np.concatenate([plain, self.triples.statistics(means, drawn.units)])


def board_of(
    setting: Setting, family: Family, policy: str, columns: list[Column], plan: Plan
) -> Board:
    """Make the columns ready: always over units, over workers where this policy allows."""
    scores = ScoreBoard([column.table for column in columns])
    means = scores.instance_means(plan.once)[:, :, 0]
    able = policy == "each" and not plan.worker_problem()
    over: tuple[Over, ...] = ("units", *(k for k in plan.over if able and k != "units"))
    listed = triples(columns, setting.maps)
    return Board(setting, family, policy, columns, scores, means, listed, replace(plan, over=over))


def board_estimates(board: Board, plan: Plan) -> list[Estimate]:
    """All Estimates of a family, metric by metric; `plan` as it was asked for."""
    values = board.statistics(board.plan.once)[:, 0]
    made = [e for kind in board.plan.over for e in _resampled(board, kind, values)]
    jackknifes = board.policy != "each" and plan.jackknifes
    made += _jackknifed(board, values) if jackknifes else []
    order = {metric: place for place, metric in enumerate(board.family.metrics)}
    return sorted(made, key=lambda e: order[e.name.removesuffix(SUFFIX)])


def _resampled(board: Board, kind: Over, values: Floats) -> list[Estimate]:
    """Every column, and every normalised score, with its interval over one kind."""
    plan, count, n = board.plan, len(board.triples), len(board.columns)
    spreads = [Spread(note=plan.problem(kind))] * (n + count)
    if not plan.problem(kind):
        width = board.scores.width if kind != "units" else board.means.size
        replicates = plan.replicates(kind, board.statistics, width)
        spreads = [percentile(row, plan.confidence) for row in replicates[:n]]
        pairs = zip(replicates[n : n + count], replicates[n + count :], strict=True)
        spreads += [spread_of(ratio, gap, plan.confidence) for ratio, gap in pairs]
    about = {"over": kind, "method": plan.method(kind)}
    plain = [
        estimate(column.metric, value, spread, **about, **_fields(board, column, place))
        for place, (column, value, spread) in enumerate(
            zip(board.columns, values.tolist(), spreads, strict=False)
        )
    ]
    return plain + _normalised(board, values[n : n + count], spreads[n:], about)


def _normalised(
    board: Board, values: Floats, spreads: list[Spread], about: dict[str, Any]
) -> list[Estimate]:
    """Normalised scores; the value too is blank where people are not clearly above the floor."""
    counts = np.isfinite(board.triples.shared(board.means[:, :, None])[0]).sum(axis=(1, 2))
    found = []
    for i, place in enumerate(board.triples.score.tolist()):
        column, spread = board.columns[place], spreads[i]
        value = float("nan") if spread.note == UNCLEAR else float(values[i])
        fields = _fields(board, column, place) | {"scale": SCALE, "n_units": int(counts[i])}
        found.append(estimate(column.metric + SUFFIX, value, spread, **about, **fields))
    return found


def _jackknifed(board: Board, values: Floats) -> list[Estimate]:
    """Every column with its delete-one-worker jackknife, for golds made of several workers."""
    left_out = without_each_worker(
        board.setting, board.family, board.policy, board.columns, board.means
    )
    confidence = board.plan.confidence
    about: dict[str, Any] = {"over": "workers", "method": "delete-one-worker jackknife"}
    return [
        estimate(
            column.metric,
            value,
            jackknife(value, left_out[place], confidence),
            **about,
            **_fields(board, column, place),
        )
        for place, (column, value) in enumerate(zip(board.columns, values.tolist(), strict=False))
    ]


def _fields(board: Board, column: Column, place: int) -> dict[str, Any]:
    """What an Estimate says of a column besides its numbers."""
    marks, n_units = board.setting.marks, int(np.isfinite(board.means[place]).sum())
    note = "" if n_units else "undefined in every instance"
    if column.subject == PEOPLE and n_units and (np.bincount(marks.instance) == 1).any():
        note = f"in the {n_units} instances where at least two people were asked"
    if column.subject == ORACLE and n_units:
        note = "the best possible against each gold"
    return {
        "subject": column.subject,
        "confidence": board.plan.confidence,
        "scale": board.family.metrics[column.metric],
        "n_units": n_units,
        "n_workers": len(marks.worker_ids) if marks.persons_known else None,
        "n_judgements": len(marks.masks),
        "note": note,
    }
