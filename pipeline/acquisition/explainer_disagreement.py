"""Disagreement between explainers: two say that the model looked at different things."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

import numpy as np

from analysis.explained.maps import kendall
from db.errors import UsageError
from pipeline.acquisition.base import MAPS, Floats, Pool


@dataclass(frozen=True)
class ExplainerDisagreement:
    """1 − the mean Kendall τ-b of two explainers over all pairs of them, in [0, 2].

    Ours. Pairs of which a map does not vary are left out; NaN where none is left (one token).
    """

    name: ClassVar[str] = "explainer_disagreement"
    reads: ClassVar[frozenset[str]] = frozenset({MAPS})

    def scores(self, pool: Pool, seed: int) -> Floats:
        """At least two explainers, or it is a UsageError."""
        names = sorted(pool.maps)
        if len(names) < 2:
            raise UsageError(
                "explainer_disagreement compares two explainers or more, floors aside; explain by "
                'another ("konkyo explain --explainer NAME")'
            )
        pairs = [kendall(pool.maps[a], pool.maps[b]) for a, b in combinations(names, 2)]
        table = np.stack(pairs)
        known = np.isfinite(table)
        count = known.sum(axis=0)
        total = np.where(known, table, 0).sum(axis=0)
        return np.where(count > 0, 1 - total / np.maximum(count, 1), np.nan)
