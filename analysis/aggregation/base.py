"""What an aggregation method takes and gives back."""

from __future__ import annotations

from dataclasses import dataclass
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
    that worker w answers l where the truth is k, None where the method has none.
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
        return np.asarray(-np.where(p > 0, p * np.log(np.where(p > 0, p, 1.0)), 0.0).sum(axis=1))


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


class MaskAggregator(Protocol):
    """Marks and the method's own options → soft masks."""

    def __call__(self, marks: Marks, **options: Any) -> SoftMasks: ...
