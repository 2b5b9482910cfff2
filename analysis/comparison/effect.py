"""How large a difference is in standard deviations: of the paired differences, or of the units.

Paired: d_z, the mean of the units' differences over their standard deviation. Not paired: d, the
difference of the means over the pooled standard deviation of the units. Source: Cohen (1988),
"Statistical Power Analysis", chapter 2. A unit's value is the mean of its judgements, so that d
grows with the number of judgements a unit, and is compared within one study only.
"""

from __future__ import annotations

import numpy as np

from analysis.arrays import Floats, divide

TINY = 1e-12
"""A spread this small beside the values is rounding."""


def paired_effect(gap: Floats, weights: Floats) -> Floats:
    """d_z under weights: gap (I,), NaN where undefined, weights (I, b) → (b,).

    NaN where fewer than two units are drawn or where their differences are all the same.
    """
    there = np.isfinite(gap)
    mean, variance, _ = _moments(gap[there], weights[there])
    return divide(mean, np.sqrt(variance))


def unpaired_effect(first: Floats, second: Floats, weights: Floats) -> Floats:
    """d under weights: unit means (I,), NaN where a unit has none, weights (I, b) → (b,)."""
    moments = [_moments(x[np.isfinite(x)], weights[np.isfinite(x)]) for x in (first, second)]
    (mean_a, var_a, n_a), (mean_b, var_b, n_b) = moments
    pooled = divide((n_a - 1) * var_a + (n_b - 1) * var_b, n_a + n_b - 2)
    return divide(mean_a - mean_b, np.sqrt(pooled))


def _moments(values: Floats, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean, variance (n − 1) and total weight, shape (b,) each; NaN where undefined."""
    total = weights.sum(axis=0)
    mean = divide(values @ weights, total)
    centred = np.square(values[:, None] - mean[None, :])
    variance = divide((weights * centred).sum(axis=0), total - 1)
    level = TINY * max(1.0, float(np.abs(values).max(initial=0.0)))
    return mean, np.where(variance > level**2, variance, np.nan), total
