"""How much the features behind the logits repeat each other.

The mean of r² over all pairs of features, r Pearson's correlation over instances. Low is decorrelated
(Cogswell et al., "Reducing overfitting by decorrelating representations", ICLR 2016, who penalise
covariances; a correlation does not change when a feature is scaled). Features that have nothing to
do with each other still have 1/(N − 1), as the note says.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from analysis.arrays import Floats
from db.errors import DataError
from db.records import Estimate

NAME = "feature_correlation"
SCALE = "0 to 1, lower: features repeat each other less"
METHOD = "mean squared correlation over pairs of features"


def feature_correlation(features: ArrayLike) -> tuple[Estimate, int]:
    """Of `features`, shape (N, J), and how many of the J never vary: they have no correlation.

    None, and the reason: fewer than two features that vary, fewer than three instances (any two
    features of two instances are correlated by ±1), or features that are not finite.
    """
    values = np.asarray(features, np.float64)
    if values.ndim != 2:
        raise DataError(f"features have shape (N, J), not {values.shape}")
    n = len(values)
    fields: dict[str, Any] = {"scale": SCALE, "method": METHOD, "n_units": n}
    if not np.isfinite(values).all():
        return Estimate(NAME, None, note="a feature is not a finite number", **fields), 0
    varies = np.ptp(values, axis=0) > 0 if n else np.zeros(values.shape[1], np.bool_)
    constant = int((~varies).sum())
    if n < 3 or varies.sum() < 2:
        why = "fewer than three instances" if n < 3 else "fewer than two features vary"
        return Estimate(NAME, None, note=why, **fields), constant
    return (
        Estimate(NAME, _mean_square(values[:, varies]), note=_chance(n), **fields),
        constant,
    )


def _mean_square(values: Floats) -> float:
    """Mean of r² off the diagonal: ‖ZᵀZ‖² is ‖ZZᵀ‖², whichever of the two is smaller."""
    n, j = values.shape
    # by the largest first: the square of a very small or large feature is no number
    centred = values / np.abs(values).max(axis=0)
    centred = centred - centred.mean(axis=0)
    unit = centred / np.linalg.norm(centred, axis=0)
    gram = unit.T @ unit if j <= n else unit @ unit.T
    return float(np.clip((np.square(gram).sum() - j) / (j * (j - 1)), 0.0, 1.0))


def _chance(n: int) -> str:
    return f"features that have nothing to do with each other would have about {1 / (n - 1):.3f}"
