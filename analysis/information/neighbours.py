"""Mutual information without a density: distances to the k nearest neighbours, in nats.

Kraskov, Stögbauer & Grassberger (2004), their first estimator, as scikit-learn has it: columns
scaled, ties broken by noise of 1e-10, and negative estimates set to 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from analysis.information.columns import checked_pair, problem, standardised
from db.errors import UsageError
from db.records import Estimate
from db.words import counted

SCALE = "nats, 0 or more (negative estimates are set to 0); higher says more"


def neighbour_information(
    x: ArrayLike, y: ArrayLike, neighbours: int = 3, seed: int = 0, subject: str = ""
) -> Estimate:
    """The estimate that stands beside the mixture's; x, y: shape (N,) each.

    No interval: an instance drawn twice is its own nearest neighbour, so a bootstrap would lie.
    None, and the reason, for a constant column, fewer than 10 instances or no more than k.
    """
    if neighbours < 1:
        raise UsageError("neighbours must be 1 or more")
    first, second = checked_pair(x, y)
    fields: dict[str, Any] = {
        "scale": SCALE,
        "method": f"k nearest neighbours (Kraskov et al., 2004), k = {neighbours}, seed {seed}",
        "n_units": len(first),
        "subject": subject,
    }
    name = "mutual information, nearest neighbours"
    why = problem(first, second)
    if not why and neighbours >= len(first):
        few = counted(len(first), "instance has", "instances have")
        why = f"{few} fewer than {counted(neighbours, 'neighbour')} each"
    if why:
        return Estimate(name, None, note=why, **fields)
    from sklearn.feature_selection import (  # type: ignore[import-untyped]
        mutual_info_regression,
    )

    table = standardised(first)[:, None]
    (value,) = mutual_info_regression(
        table,
        standardised(second),
        discrete_features=False,
        n_neighbors=neighbours,
        random_state=np.random.RandomState(seed),
    )
    return Estimate(name, float(value), **fields)
