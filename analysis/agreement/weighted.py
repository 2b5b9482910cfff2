"""Krippendorff's alpha under weights: the one formula behind every interval of ours.

For workers' weights w and units' weights v, with W_u = Σw and Q_u = Σw² over the workers of a unit:

    within unit u    d_u = W_u · Σ_{i≠j} w_i w_j δ²(x_i, x_j) / (W_u² − Q_u)
    observed         D_o = Σ v_u d_u / n,                        n = Σ v_u W_u
    expected         D_e = Σ_{c,k} n_c n_k δ²(c, k) / (n² − Σ v_u Q_u)
    alpha            1 − D_o / D_e

A worker is never paired with themself, nor a judgement with itself; a worker drawn twice counts
more, but brings no agreement of their own. At w = v = 1 it is the published alpha.
"""

from __future__ import annotations

import numpy as np

from analysis.agreement.cells import Cells
from analysis.agreement.levels import Distance
from analysis.arrays import Floats, Sparse, divide


def weighted_alpha(
    cells: Cells,
    distance: Distance,
    by_value: Sparse,
    weights: Floats,
    own: Floats,
    units: Floats,
    alone: Floats | None = None,
) -> Floats:
    """Alpha under b sets of weights: shape (b,), NaN where nothing can disagree.

    `weights`: shape (C, b or 1), Σw of the workers in each cell; `own`: shape (U, b or 1), Q_u;
    `units`: shape (U, b or 1), v_u; `by_value`: the matrix `cells.by_value()`. Units with fewer
    than two different workers of positive weight take no part. `alone`: shape (b,), the pairs
    that chance leaves out because they are one thing paired with itself; default Σ v_u Q_u.
    """
    total = cells.by_unit(weights)
    pairs = total**2 - own
    pairable = pairs > 0
    units = units * pairable
    margins = by_value @ np.ascontiguousarray(units[cells.unit] * weights)
    within = distance.within(cells, weights, margins)
    scale = np.divide(total, pairs, out=np.zeros_like(pairs), where=pairable)
    n = (units * total).sum(axis=0)
    disagreement = (units * (within * scale)).sum(axis=0)
    # Moments of one value leave a rounding error above 0; what cannot differ is undefined.
    differs = (margins > 0).sum(axis=0) > 1
    expected = np.where(differs, distance.between(cells, margins), 0.0)
    chance = n**2 - ((units * own).sum(axis=0) if alone is None else alone)
    return np.asarray(1 - divide(disagreement * chance, n * expected))
