"""Probabilities that a test knows by construction."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.faithfulness.base import Probed
from analysis.faithfulness.curves import Curves


def binary(values: object) -> np.ndarray:
    """Probabilities of class 0 → those of both classes, on a new last axis."""
    first = np.asarray(values, np.float64)
    return np.stack([first, 1 - first], axis=-1)


def probed(full: object, empty: object, without: object, only: object, first: object) -> Probed:
    """Two classes, as many shares as `without` has columns."""
    shares = (0.01, 0.05, 0.10, 0.20, 0.50)[: np.shape(without)[1]]
    return Probed(binary(full), binary(empty), binary(without), binary(only), binary(first), shares)


def drawn(n: int, seed: int, k: int = 5) -> Probed:
    """Anything, with the curves of a picture of seven patches."""
    rng = np.random.default_rng(seed)
    shapes = ((n,), (n,), (n, k), (n, k), (n,))
    some = probed(*(rng.random(shape) for shape in shapes))
    curves = Curves(np.arange(8) / 7, *(binary(rng.random((n, 8))) for _ in range(2)))
    return replace(some, curves=curves)
