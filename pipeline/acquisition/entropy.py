"""Entropy of the prediction: the model could say anything (Shannon 1948; Settles 2009, § 3.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import entr  # type: ignore[import-untyped]

from pipeline.acquisition.base import Floats, Pool


@dataclass(frozen=True)
class Entropy:
    """−Σ p log p in nats, in [0, log C]. Of two classes it orders as `margin` does."""

    name: ClassVar[str] = "entropy"
    reads: ClassVar[frozenset[str]] = frozenset()

    def scores(self, pool: Pool, seed: int) -> Floats:
        """0 where the model is sure."""
        return np.asarray(entr(pool.probabilities).sum(axis=1))
