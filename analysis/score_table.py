"""Scores of instance × worker (or instance × two workers), and their mean under weights.

A mean over instances of a mean over workers is a weighted mean of scores computed once; a
replicate changes the weights and never computes a score again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.arrays import Floats, Ints, divide, incidence
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

    def instance_means(self, drawn: Weights) -> Floats:
        """Mean score of each instance under the workers' weights: shape (n_instances, b).

        A score weighs the product of its workers' weights; NaN where no score has any weight.
        """
        defined = np.flatnonzero(np.isfinite(self.scores))
        rows = np.arange(len(defined), dtype=np.int64)
        gather = incidence(self.instance[defined], rows, (self.n_instances, len(defined)))
        weights = np.ones((len(defined), 1))
        for worker in self.workers:
            weights = weights * drawn.workers[worker[defined]]
        total = gather @ weights
        sums = gather @ (weights * self.scores[defined, None])
        return divide(sums, total)

    def mean(self, drawn: Weights) -> Floats:
        """The mean over instances of the instance means: shape (b,)."""
        return mean_over_instances(self.instance_means(drawn), drawn.units)

    @property
    def n_defined(self) -> int:
        """Instances with at least one defined score."""
        return len(np.unique(self.instance[np.isfinite(self.scores)]))


def mean_over_instances(means: Floats, units: Floats) -> Floats:
    """Mean of the instances that are defined, under units' weights: shape (b,).

    `means`: shape (I, b or 1), NaN where undefined; `units`: shape (I, b or 1).
    """
    defined = np.isfinite(means)
    filled = np.where(defined, means, 0.0)
    if means.shape[1] == 1 and units.shape[1] > 1:
        sums, total = filled[:, 0] @ units, defined[:, 0].astype(np.float64) @ units
    else:
        sums, total = (filled * units).sum(axis=0), (defined * units).sum(axis=0)
    return divide(sums, total)
