"""Means of columns under bootstrap weights, many columns and many replicates at a time.

A mean over instances of a mean over golds is Σ_r a_r · score_r, where a_r is the weight of the
instance times the weight of the workers, divided by that of all the instance's scores. Columns whose
scores carry the same weights share a_r, and a batch of replicates is one product of matrices.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from analysis.alignment.scoring import Column
from analysis.arrays import Bools, Floats, Ints, Sparse, divide, incidence
from analysis.resampling import Weights


class Place(NamedTuple):
    """Where a column's scores stand: in which group, and in which rows of its stack."""

    group: int
    rows: slice


class Group(NamedTuple):
    """Scores that carry the same weights. `stack`: shape (m, R); `instance`, `workers`: shape (R,);
    `total`: sums weights by instance, (I, R)."""

    stack: Floats
    instance: Ints
    workers: tuple[Ints, ...]
    total: Sparse


class Drawn(NamedTuple):
    """A group under weights. `stack`: shape (m, S); `kernel`: shape (S, b), what multiplies it;
    `instance`: shape (S,); `defined`: bool, shape (I, b or 1)."""

    stack: Floats
    kernel: Floats
    instance: Ints
    defined: Bools


class Columns:
    """M columns over the same I instances, made ready for many sets of weights."""

    def __init__(self, columns: Sequence[Column], n_instances: int) -> None:
        self.n_instances = n_instances
        alike: dict[object, list[int]] = {}
        for place, column in enumerate(columns):
            defined = np.isfinite(column.parts[0])
            rows = (defined, column.instance, *column.workers)
            alike.setdefault(tuple(hash(a.tobytes()) for a in rows), []).append(place)
        self.places = [Place(0, slice(0, 0))] * len(columns)
        self.groups: list[Group] = []
        for members in alike.values():
            self._add(members, [columns[member] for member in members])
        self.means = [group_means(group, n_instances) for group in self.groups]
        self.width = max([n_instances, *(len(group.instance) for group in self.groups)])

    def _add(self, members: list[int], columns: list[Column]) -> None:
        first, row = columns[0], 0
        defined = np.flatnonzero(np.isfinite(first.parts[0]))
        for member, column in zip(members, columns, strict=True):
            self.places[member] = Place(len(self.groups), slice(row, row + len(column.parts)))
            row += len(column.parts)
        stack = np.array([part[defined] for column in columns for part in column.parts])
        instance = first.instance[defined]
        workers = tuple(worker[defined] for worker in first.workers)
        shape = self.n_instances, len(defined)
        total = incidence(instance, np.arange(len(defined), dtype=np.int64), shape)
        self.groups.append(Group(stack, instance, workers, total))

    def instance_means(self) -> Floats:
        """Mean score of each instance, all workers counting the same: shape (M, I), NaN where
        undefined; of a micro average, the mean above by the mean below."""
        rows = [self.means[place.group][place.rows] for place in self.places]
        found = [row[0] if len(row) == 1 else divide(row[0], row[1]) for row in rows]
        return np.array(found).reshape(len(self.places), self.n_instances)

    def under(self, weights: Weights) -> list[Drawn]:
        """Every group under weights."""
        return [self._drawn(place, weights) for place in range(len(self.groups))]

    def _drawn(self, place: int, weights: Weights) -> Drawn:
        group = self.groups[place]
        if weights.workers.shape[1] == 1 and (weights.workers == 1).all():
            means = self.means[place]
            defined = np.isfinite(means[0])[:, None]
            kernel = weights.units * defined
            everywhere = np.arange(self.n_instances, dtype=np.int64)
            return Drawn(np.nan_to_num(means), kernel, everywhere, defined)
        drawn = np.ones((len(group.instance), 1))
        for worker in group.workers:
            drawn = drawn * weights.workers[worker]
        total = group.total @ drawn
        share = divide(weights.units * np.ones_like(total), total)
        kernel = drawn * np.nan_to_num(share)[group.instance]
        return Drawn(group.stack, kernel, group.instance, total > 0)

    def values(self, drawn: list[Drawn], weights: Weights) -> Floats:
        """The mean of every column: shape (M, b)."""
        every = range(len(self.places))
        return self._of(every, drawn, weights, [None] * len(drawn))

    def shared(self, columns: Sequence[int], drawn: list[Drawn], weights: Weights) -> Floats:
        """Means of some columns over the instances where all of them are defined: shape (n, b)."""
        groups = sorted({self.places[c].group for c in columns})
        both = drawn[groups[0]].defined
        for group in groups[1:]:
            both = both & drawn[group].defined
        only = [None if (one.defined == both).all() else both.astype(np.float64) for one in drawn]
        return self._of(columns, drawn, weights, only)

    def _of(
        self,
        columns: Sequence[int],
        drawn: list[Drawn],
        weights: Weights,
        only: Sequence[Floats | None],
    ) -> Floats:
        """Means of columns, of the instances in `only` (None: all that are defined)."""
        found: list[Floats] = [np.empty(0)] * len(columns)
        wanted: dict[int, list[int]] = {}
        for place, column in enumerate(columns):
            wanted.setdefault(self.places[column].group, []).append(place)
        for group, places in wanted.items():
            one, kept = drawn[group], only[group]
            kernel = one.kernel if kept is None else one.kernel * kept[one.instance]
            weight = one.defined if kept is None else kept
            total = (weights.units * weight).sum(axis=0)
            rows = [self.places[columns[place]].rows for place in places]
            listed = np.concatenate([np.arange(r.start, r.stop) for r in rows])
            whole = np.array_equal(listed, np.arange(len(one.stack)))
            sums = iter((one.stack if whole else one.stack[listed]) @ kernel)
            for place, row in zip(places, rows, strict=True):
                above = next(sums)
                found[place] = divide(above, next(sums) if row.stop - row.start > 1 else total)
        return np.array(found)


def group_means(group: Group, n_instances: int) -> Floats:
    """Instance means of a group's scores, all workers counting the same: shape (m, I)."""
    count = np.bincount(group.instance, minlength=n_instances).astype(np.float64)
    sums = group.total @ np.ascontiguousarray(group.stack.T)
    return np.ascontiguousarray(divide(sums, count[:, None]).T)
