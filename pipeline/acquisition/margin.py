"""Softmax margin: the model can hardly decide between two classes.

Scheffer, Decomain & Wrobel (2001).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pipeline.acquisition.base import Floats, Pool


@dataclass(frozen=True)
class Margin:
    """1 − (p of the first class − p of the second), in [0, 1]."""

    name: ClassVar[str] = "margin"
    reads: ClassVar[frozenset[str]] = frozenset()

    def scores(self, pool: Pool, seed: int) -> Floats:
        """1 where two classes are equally probable."""
        largest = np.sort(pool.probabilities, axis=1)[:, -2:]
        return np.asarray(1 - (largest[:, 1] - largest[:, 0]))
