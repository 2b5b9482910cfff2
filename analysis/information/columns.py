"""Pairs of columns before anything is estimated: checked, standardised, or said to be undefined."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.arrays import Floats
from db.errors import DataError
from db.words import counted

LEAST = 10
"""Fewer instances than this carry no estimate of a density in two dimensions."""


def checked_pair(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """Both columns as float64, shape (N,); DataError where their lengths or numbers do not do."""
    first, second = np.asarray(x, np.float64), np.asarray(y, np.float64)
    if first.ndim != 1 or first.shape != second.shape:
        raise DataError(
            "mutual information takes two columns of one length, "
            f"not shapes {first.shape} and {second.shape}"
        )
    for name, column in (("feature", first), ("output", second)):
        if lost := int((~np.isfinite(column)).sum()):
            raise DataError(
                f"the {name} is missing or infinite in {lost} of {counted(len(column), 'instance')}; "
                "leave these out before"
            )
    return first, second


def problem(x: Floats, y: Floats) -> str:
    """Why there is nothing to estimate, or an empty string."""
    if len(x) < LEAST:
        few = counted(len(x), "instance is", "instances are")
        return f"{few} too few for a density (at least {LEAST})"
    for name, column in (("feature", x), ("output", y)):
        if is_constant(column):
            return f"the {name} is the same in every instance, so it has no density"
    return ""


def is_constant(column: NDArray[np.float64]) -> bool:
    """Equal up to rounding: a spread below 1e-12 of the largest value."""
    return bool(np.ptp(column) <= 1e-12 * np.abs(column).max(initial=0.0))


def standardised(column: Floats) -> Floats:
    """Mean 0 and variance 1 (over N, not N − 1); the column must not be constant."""
    return np.asarray((column - column.mean()) / column.std(), np.float64)


def ties(column: Floats) -> float:
    """The share of instances whose value another one has too: 0 to 1; a density has none."""
    _, counts = np.unique(column, return_counts=True)
    return float(counts[counts > 1].sum() / len(column))
