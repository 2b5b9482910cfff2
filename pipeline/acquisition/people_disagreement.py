"""Disagreement between people and model: those who have judged it say another label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pipeline.acquisition.base import PEOPLE, Floats, Pool


@dataclass(frozen=True)
class PeopleDisagreement:
    """Total variation of the crowd's label distribution from the model's, in [0, 1].

    For instances that should be seen *again*: what nobody judged has no score. Ours.
    """

    name: ClassVar[str] = "people_disagreement"
    reads: ClassVar[frozenset[str]] = frozenset({PEOPLE})

    def scores(self, pool: Pool, seed: int) -> Floats:
        """½ Σ |q − p|; NaN where nobody judged."""
        if pool.people is None:
            raise ValueError("people_disagreement reads what people said")
        return np.asarray(np.abs(pool.people - pool.probabilities).sum(axis=1) / 2)
