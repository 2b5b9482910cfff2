"""Do two things differ? Paired comparison over the same instances, and Holm's correction.

A sign-flip test asks whether the difference would stand if "first" and "second" were swapped at
random, cluster by cluster. It speaks of these workers only, and it cannot give a p-value below
`smallest_p`, however large the difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from analysis.arrays import CHUNK, Floats, Ints, row_sums
from analysis.intervals import Spread, estimate
from analysis.resampling import Plan, Units, Weights
from db.errors import DataError
from db.records import Estimate
from db.words import counted

EXACT_CLUSTERS = 18
"""Up to this many clusters every sign flip is tried (2¹⁸ sums)."""
FLIPS = 10_000
"""How many are tried at random of more."""


@dataclass(frozen=True)
class Comparison:
    """The mean difference first − second, and whether chance could have made it.

    `p_value`: two-sided, in [0, 1], from sign flips of whole clusters, None where nothing can be
    flipped; `smallest_p`: the least that the test could have said; `exact`: whether all flips were
    tried; `detectable`: the difference that this many instances would find four times in five at
    the 5% level; `n_clusters`: clusters with a difference; `excluded`: instances where one of the
    two is undefined.
    """

    difference: Estimate
    p_value: float | None
    smallest_p: float | None
    exact: bool
    detectable: float | None
    n_clusters: int
    excluded: int

    def verdict(self, threshold: float = 0.05) -> bool | None:
        """Whether p is at most the threshold; None where the test could not have said so."""
        if self.p_value is None or self.smallest_p is None or self.smallest_p > threshold:
            return None
        return self.p_value <= threshold


def compare(
    first: Floats,
    second: Floats,
    *,
    clusters: Sequence[object] | None = None,
    bootstrap: int = 1000,
    flips: int = FLIPS,
    seed: int = 0,
    confidence: float = 0.95,
    name: str = "difference",
) -> Comparison:
    """Compare two scores of the same instances; shape (n,) each, NaN where undefined.

    `clusters`: what may not be taken apart (documents, seeds), one per instance; default: every
    instance on its own. The interval draws clusters again; the p-value flips their signs.
    """
    if len(first) != len(second):
        raise DataError(f"paired scores need the same instances: {len(first)} and {len(second)}")
    gap = np.asarray(first, np.float64) - np.asarray(second, np.float64)
    kept = np.isfinite(gap)
    codes = _codes(clusters, len(gap))[kept]
    codes = np.unique(codes, return_inverse=True)[1].astype(np.int64)
    gap = gap[kept]
    sums = row_sums(gap, codes, int(codes.max(initial=-1)) + 1)
    p_value, smallest, exact = _sign_flip(sums[sums != 0], len(sums), flips, seed)
    spread = _interval(gap, codes, bootstrap, seed, confidence)
    return Comparison(
        difference=estimate(
            name,
            float(gap.mean()) if len(gap) else float("nan"),
            spread,
            confidence=confidence,
            over="units",
            scale="difference of means; above 0: the first is higher",
            method=f"paired cluster bootstrap, {counted(bootstrap, 'replicate')}",
            n_units=len(gap),
            note="" if len(gap) else "no instance has both scores",
        ),
        p_value=p_value,
        smallest_p=smallest,
        exact=exact,
        detectable=_detectable(spread.se),
        n_clusters=int((sums != 0).sum()),
        excluded=int((~kept).sum()),
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's (1979) step-down p-values, in the order given, each in [0, 1].

    The smallest is multiplied by m, the next by m − 1, and none may fall below one before it.
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1.0)
    return [float(value) for value in adjusted]


def _codes(clusters: Sequence[object] | None, n: int) -> Ints:
    if clusters is None:
        return np.arange(n, dtype=np.int64)
    if len(clusters) != n:
        raise DataError(
            f"{counted(n, 'instance needs', 'instances need')} as many clusters, not {len(clusters)}"
        )
    numbers: dict[object, int] = {}
    return np.array([numbers.setdefault(c, len(numbers)) for c in clusters], dtype=np.int64)


def _interval(gap: Floats, codes: Ints, bootstrap: int, seed: int, confidence: float) -> Spread:
    units = Units.clustered(codes)
    plan = Plan(units, 0, False, ("units",), bootstrap, seed, confidence)

    def mean(drawn: Weights) -> Floats:
        return np.asarray((gap @ drawn.units) / drawn.units.sum(axis=0), np.float64)

    return plan.interval("units", mean, len(gap))


def _sign_flip(
    sums: Floats, n_clusters: int, flips: int, seed: int
) -> tuple[float | None, float | None, bool]:
    """p, the smallest possible p, and whether every flip was tried; clusters of sum 0 are idle."""
    if n_clusters == 0:
        return None, None, True
    if len(sums) == 0:
        return 1.0, 1.0, True
    reach = abs(float(sums.sum())) - 1e-12 * float(np.abs(sums).sum())
    if len(sums) <= EXACT_CLUSTERS:
        totals = np.zeros(1)
        for size in sums:
            totals = np.concatenate([totals + size, totals - size])
        return float((np.abs(totals) >= reach).mean()), 2.0 ** (1 - len(sums)), True
    hits = sum(int((np.abs(total) >= reach).sum()) for total in _flipped(sums, flips, seed))
    return (1 + hits) / (1 + flips), 1 / (1 + flips), False


def _flipped(sums: Floats, flips: int, seed: int) -> Iterator[Floats]:
    """Totals under random signs, in batches: `flips` of them in all."""
    rng = np.random.default_rng(seed)
    size = max(1, CHUNK // len(sums))
    for start in range(0, flips, size):
        signs = rng.integers(2, size=(min(size, flips - start), len(sums))) * 2 - 1
        yield signs @ sums


def _detectable(se: float | None) -> float | None:
    """(z₀.₉₇₅ + z₀.₈) · SE: the difference found with power .8 at the two-sided 5% level."""
    normal = NormalDist()
    return None if se is None else (normal.inv_cdf(0.975) + normal.inv_cdf(0.8)) * se
