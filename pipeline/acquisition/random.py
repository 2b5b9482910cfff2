"""At random: the floor, and the stratum that every selection keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pipeline.acquisition.base import Floats, Pool
from pipeline.models.seeding import instance_generator


@dataclass(frozen=True)
class Random:
    """One uniform number an instance, of its own seed: the same in any pool."""

    name: ClassVar[str] = "random"
    reads: ClassVar[frozenset[str]] = frozenset()

    def scores(self, pool: Pool, seed: int) -> Floats:
        """In [0, 1)."""
        return drawn(pool, seed, "select")


def drawn(pool: Pool, seed: int, purpose: str) -> Floats:
    """(n,), uniform in [0, 1)."""
    import numpy as np

    return np.array([instance_generator(seed, purpose, name).random() for name in pool.ids])
