"""From columns of scores to Estimates: which intervals a score gets, and what is said beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from analysis.alignment.floors import ORACLE, PEOPLE
from analysis.alignment.normalised import SCALE, SUFFIX, UNCLEAR, Triples, spread_of, triples
from analysis.alignment.scoring import Column
from analysis.alignment.weighting import Columns
from analysis.arrays import Floats, Ints
from analysis.intervals import Spread, estimate, jackknife, percentile
from analysis.resampling import Plan, Weights
from db.records import Estimate, Over
from db.words import counted

LeaveOut = Callable[[], Floats]
"""Makes the mean of every column without each worker: shape (M, W)."""


@dataclass(frozen=True, eq=False)
class Sample:
    """What was scored. `asked`: int64, shape (I,), masks of each instance; `n_workers`: None where
    nobody knows who they were."""

    asked: Ints
    n_workers: int | None


@dataclass(frozen=True, eq=False)
class Board:
    """All columns under one gold policy, and what is asked of them.

    `means`: float64, shape (M, I), instance means with all workers counting the same.
    """

    columns: list[Column]
    weighted: Columns
    means: Floats
    triples: Triples
    sample: Sample
    plan: Plan
    leave_out: LeaveOut | None

    def statistics(self, weights: Weights) -> Floats:
        """Means of all columns, normalised scores, ceilings − floors: shape (M + 2·T, b)."""
        drawn = self.weighted.under(weights)
        plain = self.weighted.values(drawn, weights)
        if not len(self.triples):
            return plain
        return np.concatenate([plain, self.triples.statistics(self.weighted, drawn, weights)])


def board_of(
    columns: list[Column],
    explainers: Collection[str],
    sample: Sample,
    plan: Plan,
    leave_out: LeaveOut | None,
) -> Board:
    """Make the columns ready: always over units; over workers where golds are single workers'
    (then there is nothing to leave out), else by leaving workers out."""
    weighted = Columns(columns, len(sample.asked))
    able = leave_out is None and not plan.worker_problem()
    over: tuple[Over, ...] = ("units", *(k for k in plan.over if able and k != "units"))
    listed = triples(columns, explainers)
    narrowed = replace(plan, over=over)
    means = weighted.instance_means()
    leave_out = leave_out if plan.jackknifes else None
    return Board(columns, weighted, means, listed, sample, narrowed, leave_out)


def board_estimates(board: Board) -> list[Estimate]:
    """All Estimates of a board, metric by metric."""
    values = board.statistics(board.plan.once)[:, 0]
    made = [e for kind in board.plan.over for e in _resampled(board, kind, values)]
    if board.leave_out is not None:
        made += _jackknifed(board, values, board.leave_out())
    return made


def in_order(estimates: list[Estimate], metrics: list[str]) -> list[Estimate]:
    """The estimates by metric, normalised ones beside their own."""
    order = {metric: place for place, metric in enumerate(metrics)}
    return sorted(estimates, key=lambda e: order[e.name.removesuffix(SUFFIX)])


def _resampled(board: Board, kind: Over, values: Floats) -> list[Estimate]:
    """Every column, and every normalised score, with its interval over one kind."""
    plan, count, n = board.plan, len(board.triples), len(board.columns)
    spreads = [Spread(note=plan.problem(kind))] * (n + count)
    if not plan.problem(kind):
        replicates = plan.replicates(kind, board.statistics, board.weighted.width)
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
    counts = board.triples.n_shared(board.means)
    found = []
    for i, place in enumerate(board.triples.score.tolist()):
        column, spread = board.columns[place], spreads[i]
        value = float("nan") if spread.note == UNCLEAR else float(values[i])
        fields = _fields(board, column, place) | {"scale": SCALE, "n_units": int(counts[i])}
        found.append(estimate(column.metric + SUFFIX, value, spread, **about, **fields))
    return found


def _jackknifed(board: Board, values: Floats, left_out: Floats) -> list[Estimate]:
    """Every column with its delete-one-worker jackknife, for golds made of several workers."""
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
    sample, n_units = board.sample, int(np.isfinite(board.means[place]).sum())
    note = "" if n_units else "undefined in every instance"
    if column.subject == PEOPLE and n_units and (sample.asked == 1).any():
        note = f"in the {counted(n_units, 'instance')} where at least two people were asked"
    if column.subject == ORACLE and n_units:
        note = "the best possible against each gold"
    return {
        "subject": column.subject,
        "confidence": board.plan.confidence,
        "scale": column.family.metrics[column.metric],
        "n_units": n_units,
        "n_workers": sample.n_workers,
        "n_judgements": int(sample.asked.sum()),
        "note": note,
    }
