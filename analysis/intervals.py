"""How sure a number is: bootstrap weights, percentile intervals, and the delete-one jackknife.

A bootstrap replicate is a column of weights: how often each unit (or worker, or cluster) was
drawn. A statistic is computed under all columns at once. Draws come from
`np.random.default_rng(seed)`, so the same seed gives the same interval.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special  # type: ignore[import-untyped]

from analysis.arrays import Floats, Ints
from db.records import Estimate
from db.words import counted

MOST_UNDEFINED = 0.05
"""The share of replicates that may be undefined before an interval is."""


@dataclass(frozen=True)
class Spread:
    """Standard error and interval of a number; None where undefined, and `note` says why."""

    se: float | None = None
    low: float | None = None
    high: float | None = None
    note: str = ""


def unit_weights(n: int, replicates: int, rng: np.random.Generator) -> Floats:
    """How often each of n units is drawn in n draws with replacement: shape (n, replicates).

    Workers are drawn in the same way. Every column sums to n.
    """
    draws = rng.integers(n, size=(replicates, n))
    draws += np.arange(replicates)[:, None] * n
    counts = np.bincount(draws.ravel(), minlength=n * replicates)
    return np.ascontiguousarray(counts.reshape(replicates, n).T, dtype=np.float64)


def cluster_weights(cluster: Ints, replicates: int, rng: np.random.Generator) -> Floats:
    """Weights of units whose whole clusters are drawn: shape (n, replicates).

    `cluster`: int64, shape (n,), codes 0 … K − 1. Units of one cluster share their weight, and
    a column does not sum to n where clusters differ in size.
    """
    return unit_weights(int(cluster.max()) + 1, replicates, rng)[cluster]


def pattern_weights(counts: Ints, replicates: int, rng: np.random.Generator) -> Floats:
    """How often each pattern is drawn when units are drawn: shape (P, replicates).

    `counts`: int64, shape (P,), how many units show each pattern. One multinomial draw, equal in
    distribution to drawing the units themselves.
    """
    n = int(counts.sum())
    return rng.multinomial(n, counts / n, size=replicates).T.astype(np.float64)


def percentile(replicates: Floats, confidence: float = 0.95) -> Spread:
    """Percentile interval and standard error of replicates, shape (B,), NaN where undefined.

    Undefined replicates (a draw with one category only) are left out and counted in the note;
    more than 5% of them leave the interval undefined.
    """
    defined = replicates[np.isfinite(replicates)]
    lost = len(replicates) - len(defined)
    undefined = f"{lost} of {counted(len(replicates), 'replicate')}"
    note = f"{undefined} {'was' if lost == 1 else 'were'} undefined" if lost else ""
    if len(defined) < 2 or lost > MOST_UNDEFINED * len(replicates):
        return Spread(note=note or "fewer than two replicates")
    tail = (1 - confidence) / 2
    low, high = np.quantile(defined, [tail, 1 - tail])
    return Spread(float(defined.std(ddof=1)), float(low), float(high), note)


def jackknife(value: float, left_out: Floats, confidence: float = 0.95) -> Spread:
    """Delete-one jackknife: SE² = (n − 1)/n · Σ(θ₍₋ᵢ₎ − mean)², interval by Student's t.

    `left_out`: shape (n,), the statistic without each part in turn; n − 1 degrees of freedom.
    Source: Efron & Tibshirani (1993), chapter 11. Undefined where a part cannot be left out.
    """
    n = len(left_out)
    if n < 2 or not np.isfinite(left_out).all() or not math.isfinite(value):
        return Spread(note="undefined without some of its parts")
    se = math.sqrt((n - 1) / n * float(((left_out - left_out.mean()) ** 2).sum()))
    half = se * float(special.stdtrit(n - 1, (1 + confidence) / 2))
    return Spread(se, value - half, value + half)


def estimate(name: str, value: float, spread: Spread | None = None, **fields: Any) -> Estimate:
    """An Estimate without NaN: what is undefined becomes None, and the note says why.

    `fields` are those of the Estimate; the note of the interval is added to theirs.
    """
    spread, note = spread or Spread(), fields.pop("note", "")
    if not math.isfinite(value):
        return Estimate(name, None, note=note or spread.note or "undefined", **fields)
    note = "; ".join(part for part in (note, spread.note) if part)
    low, high = spread.low, spread.high
    return Estimate(name, float(value), se=spread.se, low=low, high=high, note=note, **fields)
