"""Means of points of a scale that have an order and no distances: the mean of their ridits.

The ridit of a point is the share of all judgements below it and half the share at it (Bross,
1958, "How to use ridit analysis"), so that distances are what people's use of the scale makes
them. On ridits we fit the model of `analysis.aggregation.additive`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.aggregation.base import Means
from analysis.aggregation.interval_mean import means
from analysis.arrays import Floats
from analysis.judgements import Judgements
from db.errors import DataError


def ordinal_mean(
    judged: Judgements,
    prior: float = 1.0,
    max_iterations: int = 2000,
    tolerance: float = 1e-9,
) -> Means:
    """Posterior mean ridits, about 0 (below all) to 1 (above all), .5 for the usual judgement.

    Values must be numbers or an ordered categorical. The table of units has the column `label`,
    the point whose ridit is nearest to the mean (the lower of two as near). `prior` and degenerate
    tables are as for `interval_mean`.
    """
    ordered = judged.ordered or all(
        isinstance(v, (int, float)) and not isinstance(v, bool) for v in judged.values
    )
    if not ordered:
        raise DataError("ordinal_mean needs values with an order: write the points as numbers")
    ridit = ridits(judged)
    scale = "ridits: 0 is below all judgements, .5 the usual one, 1 above all"
    found = means(judged, ridit, "ordinal_mean", scale, prior, max_iterations, tolerance)
    used = np.unique(judged.code)
    middle = (ridit[used][1:] + ridit[used][:-1]) / 2
    nearest = used[np.searchsorted(middle, found.units["mean"].to_numpy())]
    labels = [judged.values[k] for k in nearest.tolist()]
    return replace(found, units=found.units.assign(label=labels))


def ridits(judged: Judgements) -> Floats:
    """The ridit of each value, shape (K,)."""
    count = np.bincount(judged.code, minlength=len(judged.values)).astype(np.float64)
    return np.asarray((np.cumsum(count) - count / 2) / count.sum())
