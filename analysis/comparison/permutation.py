"""Could chance have made it? Permutation of labels over units, for units of one label each.

p = (1 + permutations at least as extreme) / (1 + permutations), which no p can fall below. Source:
Phipson & Smyth, "Permutation P-values Should Never Be Zero" (2010). With these workers: who judged
is not drawn again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from analysis.arrays import CHUNK, Floats, Ints, incidence

CLOSE = 1e-12
"""Sums that differ by rounding alone are equal."""


def two_groups(first: Floats, second: Floats, permutations: int, seed: int) -> float | None:
    """Two-sided p of the difference of two means of different units; shapes (n,) and (m,).

    None where either has no unit.
    """
    if not len(first) or not len(second):
        return None
    pooled = np.concatenate([first, second])
    n, size = len(first), len(pooled)
    total = pooled.sum()

    def gap(drawn: Floats) -> Floats:
        part = drawn[:, :n].sum(axis=1)
        return np.asarray(np.abs(part / n - (total - part) / (size - n)))

    return _p(gap, pooled, permutations, seed)


def several_groups(values: Floats, group: Ints, permutations: int, seed: int) -> float | None:
    """p that the groups' means differ: Σ nₛ(meanₛ − mean)² against that of permuted values.

    `values`, `group` (codes 0 … S − 1): shape (n,). None with fewer than two groups. The statistic
    rises with F of a one-way analysis of variance, so that both have one p.
    """
    if len(np.unique(group)) < 2:
        return None
    n_groups = int(group.max()) + 1
    gather = incidence(group, np.arange(len(group)), (n_groups, len(group)))
    sizes = np.maximum(np.bincount(group, minlength=n_groups), 1)[:, None]

    def between(drawn: Floats) -> Floats:
        return np.asarray((np.square(gather @ drawn.T) / sizes).sum(axis=0))

    return _p(between, values - values.mean(), permutations, seed)


def _p(statistic: Callable[[Floats], Floats], values: Floats, times: int, seed: int) -> float:
    """`statistic`: shape (b, n) → (b,), larger is more extreme."""
    seen = float(statistic(values[None, :])[0])
    reach = seen - CLOSE * max(1.0, abs(seen))
    found = (int((statistic(drawn) >= reach).sum()) for drawn in _permuted(values, times, seed))
    return (1 + sum(found)) / (1 + times)


def _permuted(values: Floats, times: int, seed: int) -> Iterator[Floats]:
    rng = np.random.default_rng(seed)
    size = max(1, CHUNK // len(values))
    for start in range(0, times, size):
        rows = np.broadcast_to(values, (min(size, times - start), len(values)))
        yield rng.permuted(rows, axis=1)
