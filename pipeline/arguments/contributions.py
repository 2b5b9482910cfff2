"""What each penultimate feature adds to the logit of the answer: c_j = a_j · w_{y,j}."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from db.errors import DataError
from db.ragged import Ragged

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def contributions(activations: Floats, weights: Floats, target: Ints) -> Floats:
    """Shape (N, J), any sign; their sum over j, plus the bias, is the logit of `target`.

    `activations`: what goes into the last, linear layer, (N, J); `weights`: of that layer, (C, J);
    `target`: the answer argued for, (N,), 0 to C − 1. DataError where these do not fit together.
    """
    activations, weights = np.asarray(activations), np.asarray(weights)
    if activations.ndim != 2 or weights.ndim != 2 or activations.shape[1] != weights.shape[1]:
        raise DataError(
            f"activations {activations.shape} and weights {weights.shape} must be (N, J) and (C, J)"
        )
    if target.shape != activations.shape[:1]:
        raise DataError(f"{len(activations)} instances need as many answers, not {target.shape}")
    if len(target) and not (target.min() >= 0 and target.max() < len(weights)):
        raise DataError(f"answers must be classes 0 to {len(weights) - 1}")
    if not (np.isfinite(activations).all() and np.isfinite(weights).all()):
        raise DataError("activations or weights are not finite")
    return np.asarray(activations * weights[target], np.float64)


class Top(NamedTuple):
    """Both ragged, one row an instance, strongest first: int64 features and their contributions."""

    features: Ragged
    contributions: Ragged


def top_features(found: Floats, m: int, named: NDArray[np.bool_] | None = None) -> Top:
    """At most `m` features of each instance that speak for its answer, out of (N, J).

    Only contributions above 0 argue for it: an instance can have fewer than m, or none. Of equal
    ones the lower number stands first. `named`: bool, (J,), features that can be shown at all.
    """
    if m < 1:
        raise DataError("an argument needs at least one feature: m must be 1 or more")
    usable = found if named is None else np.where(named, found, 0.0)
    order = np.argsort(-usable, axis=1, kind="stable")[:, :m]
    values = np.take_along_axis(usable, order, axis=1)
    speaks = values > 0
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(speaks.sum(axis=1))])
    return Top(Ragged(order[speaks].astype(np.int64), offsets), Ragged(values[speaks], offsets))
