"""Scores of instance × worker (or instance × two workers), and their means under weights.

A mean over instances of a mean over workers is a weighted mean of scores computed once; a
replicate changes the weights and never computes a score again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from analysis.arrays import Floats, Ints, Sparse, divide, incidence
from analysis.resampling import Weights


@dataclass(frozen=True, eq=False)
class ScoreTable:
    """R scores. `scores`: float64, shape (R,), NaN where undefined; `instance`: int64, shape (R,);
    `workers`: the one or two workers (int64, shape (R,)) whose weights a score carries, or none.
    """

    scores: Floats
    instance: Ints
    workers: tuple[Ints, ...]
    n_instances: int

    def mean(self, drawn: Weights) -> Floats:
        """The mean over instances of the mean within each: shape (b,)."""
        means = self._board.instance_means(drawn)
        return np.asarray(means_over_instances(means, drawn.units)[0])

    @property
    def n_defined(self) -> int:
        """Instances with at least one defined score."""
        return len(np.unique(self.instance[np.isfinite(self.scores)]))

    @cached_property
    def _board(self) -> ScoreBoard:
        return ScoreBoard([self])


class Group(NamedTuple):
    """Tables whose scores carry the same weights: one sum of weights serves them all.

    `columns`: their places on the board; `n_scores`: R, the defined ones; `workers`: theirs;
    `total`: sums weights by instance, (I, R); `sums`: sums weighted scores, table by table,
    (len(columns) · I, R).
    """

    columns: list[int]
    n_scores: int
    workers: tuple[Ints, ...]
    total: Sparse
    sums: Sparse


class ScoreBoard:
    """M tables over the same I instances, made ready for many sets of weights."""

    def __init__(self, tables: Sequence[ScoreTable]) -> None:
        self.shape = len(tables), tables[0].n_instances if tables else 0
        alike: dict[object, list[int]] = {}
        for place, table in enumerate(tables):
            defined = np.isfinite(table.scores)
            rows = (defined, table.instance, *table.workers)
            alike.setdefault(tuple(array.tobytes() for array in rows), []).append(place)
        self.groups = [_group(columns, [tables[c] for c in columns]) for columns in alike.values()]
        self.width = self.shape[0] * self.shape[1] + max((len(t.scores) for t in tables), default=0)

    def instance_means(self, drawn: Weights) -> Floats:
        """Mean score of each instance under the workers' weights: shape (M, I, b).

        A score weighs the product of its workers' weights; NaN where no score has any weight.
        """
        means = np.full((*self.shape, drawn.workers.shape[1]), np.nan)
        for group in self.groups:
            weights = np.ones((group.n_scores, 1))
            for worker in group.workers:
                weights = weights * drawn.workers[worker]
            shape = len(group.columns), self.shape[1], weights.shape[1]
            sums = (group.sums @ weights).reshape(shape)
            means[group.columns] = divide(sums, group.total @ weights)
        return means


def means_over_instances(means: Floats, units: Floats) -> Floats:
    """Mean over the instances that are defined, under units' weights: shape (M, b).

    `means`: shape (M, I, b or 1), NaN where undefined; `units`: shape (I, b or 1).
    """
    defined = np.isfinite(means)
    filled = np.where(defined, means, 0.0)
    return divide(_weighted(filled, units), _weighted(defined.astype(np.float64), units))


def _weighted(values: Floats, units: Floats) -> Floats:
    if values.shape[2] == 1:
        return np.asarray(values[:, :, 0] @ units)
    if units.shape[1] == 1:
        return np.asarray(np.einsum("mib,i->mb", values, units[:, 0]))
    return np.asarray(np.einsum("mib,ib->mb", values, units))


def _group(columns: list[int], tables: list[ScoreTable]) -> Group:
    first = tables[0]
    defined = np.flatnonzero(np.isfinite(first.scores))
    instance, rows = first.instance[defined], np.arange(len(defined), dtype=np.int64)
    n, m = first.n_instances, len(tables)
    stacked = np.concatenate([instance + n * place for place in range(m)])
    scores = np.concatenate([table.scores[defined] for table in tables])
    return Group(
        columns,
        len(rows),
        tuple(worker[defined] for worker in first.workers),
        incidence(instance, rows, (n, len(rows))),
        incidence(stacked, np.tile(rows, m), (n * m, len(rows)), scores),
    )
