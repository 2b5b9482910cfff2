"""A plan of resampling: what is drawn again (units, workers, both), how often, from which seed.

Statistics that share a plan see the same draws, so that their differences are paired.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from analysis.arrays import CHUNK, Floats, Ints, incidence
from analysis.intervals import (
    Spread,
    cluster_weights,
    jackknife,
    pattern_weights,
    percentile,
    unit_weights,
)
from db.errors import UsageError
from db.records import Over
from db.words import counted

MIN_WORKERS = 10
"""Fewer workers than this say too little about other workers for an interval."""

MOST_GROUPS = 500
"""With more workers than this, the jackknife leaves out groups of workers."""

KINDS: tuple[Over, ...] = ("units", "workers", "both")


class Weights(NamedTuple):
    """Weights of b replicates (b = 1 for a side that is not resampled).

    `units`: float64, shape (rows, b); `workers`: float64, shape (W, b).
    """

    units: Floats
    workers: Floats


@dataclass(frozen=True, eq=False)
class Units:
    """How units are drawn. `base`: float64, shape (rows, 1), their weights when nothing is drawn.

    `draw`: (replicates, generator) → weights, shape (rows, replicates); `n_drawn`: how many
    things are drawn; `noun`: what they are called.
    """

    base: Floats
    draw: Callable[[int, np.random.Generator], Floats]
    n_drawn: int
    noun: str = "units"

    @classmethod
    def single(cls, n: int, noun: str = "units") -> Units:
        """n units, each drawn on its own."""
        return cls(np.ones((n, 1)), partial(unit_weights, n), n, noun)

    @classmethod
    def clustered(cls, cluster: Ints, noun: str = "clusters") -> Units:
        """Units drawn by whole clusters; `cluster`: codes 0 … K − 1, shape (n,)."""
        n_clusters = int(cluster.max(initial=-1)) + 1
        return cls(np.ones((len(cluster), 1)), partial(cluster_weights, cluster), n_clusters, noun)

    @classmethod
    def patterns(cls, counts: Ints) -> Units:
        """Units that are alike stand in one row; `counts`: how many, shape (rows,)."""
        if (counts == 1).all():
            return cls.single(len(counts))
        base = counts[:, None].astype(np.float64)
        return cls(base, partial(pattern_weights, counts), int(counts.sum()))

    @classmethod
    def patterns_in_clusters(cls, pattern: Ints, cluster: Ints, noun: str = "clusters") -> Units:
        """The same where whole clusters are drawn; both shape (n,), one code per unit."""
        shape = (int(pattern.max()) + 1, int(cluster.max()) + 1)
        table = incidence(pattern, cluster, shape)

        def draw(replicates: int, rng: np.random.Generator) -> Floats:
            return table @ unit_weights(shape[1], replicates, rng)

        return cls(table @ np.ones((shape[1], 1)), draw, shape[1], noun)


@dataclass(frozen=True, eq=False)
class Plan:
    """What is resampled, and how; every statistic of one analysis shares one plan."""

    units: Units
    n_workers: int
    persons_known: bool
    over: tuple[Over, ...] = KINDS
    bootstrap: int = 1000
    seed: int = 0
    confidence: float = 0.95

    def __post_init__(self) -> None:
        unknown = [kind for kind in self.over if kind not in KINDS]
        if unknown:
            raise UsageError(f"cannot resample over {unknown[0]!r} (there are: {', '.join(KINDS)})")
        if self.bootstrap < 0 or not 0 < self.confidence < 1:
            raise UsageError("bootstrap must be 0 or more, and confidence between 0 and 1")

    @property
    def once(self) -> Weights:
        """The weights of the data as they are."""
        return Weights(self.units.base, np.ones((self.n_workers, 1)))

    def problem(self, over: Over) -> str:
        """Why there can be no interval over this, or an empty string."""
        if over != "workers" and self.units.n_drawn < 2:
            return f"an interval needs at least two {self.units.noun}"
        if over != "units" and (problem := self.worker_problem()):
            return problem
        return "" if self.bootstrap else "no bootstrap was asked for"

    def worker_problem(self) -> str:
        """Why nothing can be said about other workers, or an empty string."""
        if not self.persons_known:
            return "who the workers were is not known, so nothing can be said about other workers"
        if self.n_workers < MIN_WORKERS:
            few = counted(self.n_workers, "worker is", "workers are")
            return f"{few} too few for an interval (at least {MIN_WORKERS})"
        return ""

    def method(self, over: Over) -> str:
        """What was done, in words."""
        noun = self.units.noun
        drawn = {"units": noun, "workers": "workers", "both": f"{noun} and workers (conservative)"}
        return f"percentile bootstrap over {drawn[over]}, {counted(self.bootstrap, 'replicate')}"

    def draws(self, over: Over, width: int) -> Iterator[Weights]:
        """Batches of weights, small enough for arrays of `width` rows."""
        # Two streams, so that the draws do not depend on the size of a batch.
        of_units, of_workers = np.random.default_rng(self.seed).spawn(2)
        size = max(1, CHUNK // max(1, width))
        units, workers = self.once
        for start in range(0, self.bootstrap, size):
            batch = min(size, self.bootstrap - start)
            yield Weights(
                units if over == "workers" else self.units.draw(batch, of_units),
                workers if over == "units" else unit_weights(self.n_workers, batch, of_workers),
            )

    def replicates(self, over: Over, statistic: Callable[[Weights], Floats], width: int) -> Floats:
        """The statistic under every draw, joined on the last axis: shape (…, bootstrap)."""
        return np.concatenate([statistic(drawn) for drawn in self.draws(over, width)], axis=-1)

    def intervals(
        self, over: Over, statistics: Callable[[Weights], Floats], width: int, n: int
    ) -> list[Spread]:
        """Percentile intervals of n statistics, weights → shape (n, b), or why there are none."""
        if problem := self.problem(over):
            return [Spread(note=problem)] * n
        replicates = self.replicates(over, statistics, width)
        return [percentile(row, self.confidence) for row in replicates]

    def interval(self, over: Over, statistic: Callable[[Weights], Floats], width: int) -> Spread:
        """Percentile interval of one statistic, weights → shape (b,)."""
        return self.intervals(over, lambda drawn: statistic(drawn)[None, :], width, 1)[0]

    def jackknife(self, value: float, statistic: Callable[[Weights], Floats], width: int) -> Spread:
        """Delete-one-worker jackknife of a statistic, weights → shape (b,), whose value is given."""
        if problem := self.worker_problem():
            return Spread(note=problem)
        groups = min(self.n_workers, MOST_GROUPS)
        group = np.random.default_rng(self.seed).permutation(self.n_workers) % groups
        size = max(1, CHUNK // max(1, width))
        left_out = []
        for start in range(0, groups, size):
            batch = np.arange(start, min(start + size, groups))
            kept = (group[:, None] != batch).astype(np.float64)
            left_out.append(statistic(Weights(self.units.base, kept)))
        return jackknife(value, np.concatenate(left_out), self.confidence)

    @property
    def jackknifes(self) -> bool:
        """Whether a jackknife is to stand beside the interval over workers."""
        return "workers" in self.over and not self.worker_problem()

    @property
    def jackknife_method(self) -> str:
        """What the jackknife leaves out, in words."""
        if self.n_workers <= MOST_GROUPS:
            return "delete-one-worker jackknife"
        return f"jackknife over {MOST_GROUPS} random groups of workers"
