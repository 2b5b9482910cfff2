"""What an aggregation method takes and gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import pandas as pd

from analysis.arrays import Bools, Floats, Ints
from analysis.judgements import Judgements
from db.ragged import Ragged
from db.records import Marks

TIE = 1e-9
"""Labels whose probabilities are closer than this are tied."""


@dataclass(frozen=True, eq=False)
class Aggregation:
    """The consensus of U units on K labels, with its uncertainty.

    `posterior`: float64, shape (U, K), rows sum to 1; `workers`: one row a worker (the index), with
    `judgements` (int) and `reliability` (Float64 in [0, 1], <NA> where undefined; the method says
    what it is), higher is better; `history`: the objective after each iteration, higher is better,
    empty where there is none; `confusion`: float64, shape (W, K, K), [w, k, l] the probability
    that worker w answers l where the truth is k, None where the method has none; `about_units`:
    what else the method says of units, by name, float64, shape (U,) each.
    """

    method: str
    units: tuple[Any, ...]
    labels: tuple[Any, ...]
    posterior: Floats
    workers: pd.DataFrame
    history: tuple[float, ...]
    converged: bool
    excluded: dict[str, int]
    notes: tuple[str, ...] = ()
    confusion: Floats | None = None
    about_units: Mapping[str, Floats] = field(default_factory=dict)

    @property
    def top(self) -> Bools:
        """Which labels are the most probable of their unit: shape (U, K); several where tied."""
        return np.asarray(self.posterior >= self.posterior.max(axis=1, keepdims=True) - TIE)

    @property
    def tied(self) -> Bools:
        """Units whose most probable label is not one: shape (U,)."""
        return np.asarray(self.top.sum(axis=1) > 1)

    @property
    def consensus(self) -> list[Any]:
        """The most probable label of each unit; None where labels are tied."""
        best = self.posterior.argmax(axis=1).tolist()
        return [
            None if tie else self.labels[k] for k, tie in zip(best, self.tied.tolist(), strict=True)
        ]

    @property
    def entropy(self) -> Floats:
        """Entropy of each posterior in nats: shape (U,), 0 (certain) to log K (no idea)."""
        p = self.posterior
        told = np.where(p > 0, -p * np.log(np.where(p > 0, p, 1.0)), 0.0).sum(axis=1)
        return np.asarray(np.maximum(told, 0.0) + 0.0)


@dataclass(frozen=True, eq=False)
class Means:
    """One number for each of U units, with its uncertainty.

    `units`: indexed by `unit`, with `mean` (float), `sd` (Float64, of the posterior, <NA> where
    undefined), `judgements` (int), and what the method adds; `workers`: indexed by `worker`, with
    `judgements` (int), `bias` and `bias_se` (Float64, in units of the scale, above 0: judges
    higher than others), `noise_sd` (Float64) and `reliability` (Float64 in [0, 1], higher is
    better: τ² / (τ² + σ_w²), the share of units' differences in those of one worker's values);
    `history`: the objective after each iteration, higher is better; `scale`: what numbers mean.
    """

    method: str
    scale: str
    units: pd.DataFrame
    workers: pd.DataFrame
    history: tuple[float, ...]
    converged: bool
    excluded: dict[str, int]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class SoftMasks:
    """How many of the workers marked each token, one row for every instance that was asked about.

    `scores`: ragged float32 in [0, 1], the (weighted) share who marked a token; `certainty`: ragged
    float32 in [0, 1), how far from even that is given how many were asked; `n_workers`: int64,
    shape (I,); `reliability`: worker id → weight, empty where all count the same.
    """

    method: str
    instance_ids: tuple[str, ...]
    scores: Ragged
    certainty: Ragged
    n_workers: Ints
    reliability: dict[str, float]
    notes: tuple[str, ...] = ()


class Aggregator(Protocol):
    """Judgements in codes and the method's own options → consensus."""

    def __call__(self, judged: Judgements, **options: Any) -> Aggregation: ...


class MeanAggregator(Protocol):
    """Judgements in codes, whose values have an order, and the method's own options → means."""

    def __call__(self, judged: Judgements, **options: Any) -> Means: ...


class MaskAggregator(Protocol):
    """Marks and the method's own options → soft masks."""

    def __call__(self, marks: Marks, **options: Any) -> SoftMasks: ...
