"""Features with a sign, as two that have none: what is named is a side of a feature.

A feature below 0 speaks for an answer where its weight is below 0 too. What activates it most is
then no name for it: what lowers it most is. So a feature j of J stands twice among 2J sides, as
max(a, 0) with weight w and, at j + J, as max(−a, 0) with weight −w. The contribution is the same,
c_j = a_j · w_j, on one side, and 0 on the other. After a ReLU the second side is always silent.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def of_activations(activations: NDArray[np.floating]) -> Floats:
    """(N, J), any sign → (N, 2J), 0 or more."""
    found = np.concatenate([activations, -activations], axis=1)
    return np.asarray(np.maximum(found, 0.0), np.float64)


def of_weights(weights: NDArray[np.floating]) -> Floats:
    """(C, J) → (C, 2J)."""
    return np.concatenate([weights, -weights], axis=1).astype(np.float64)


def of_changes(changes: NDArray[np.floating]) -> NDArray[np.floating]:
    """How far units raise features, (U, J), any sign → how far they raise each side, (U, 2J)."""
    return np.concatenate([changes, -changes], axis=1)


def side_of(feature: int, activation: float, n_features: int) -> int:
    """The side that a feature is on where it has this activation."""
    return feature + (n_features if activation < 0 else 0)
