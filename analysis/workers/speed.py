"""How fast a worker answers: median seconds a judgement, and a judgement's unit of length."""

from __future__ import annotations

import numpy as np
from scipy import special, stats  # type: ignore[import-untyped]

from analysis.arrays import Floats, Ints, divide
from analysis.workers.base import Fact, Work, noted, nowhere

UNKNOWN = "how long judgements took is not known"
NONE_TIMED = "none of the worker's judgements was timed"
SHORT = "too few judgements for an interval of order statistics"


def seconds(work: Work, *, confidence: float = 0.95) -> Fact:
    """Median seconds a judgement: from 0; neither end is better, very low may mean unread."""
    scale = "seconds a judgement, median"
    if work.seconds is None:
        return nowhere(work, "seconds", scale, UNKNOWN, confidence)
    return _fact(work, work.seconds, "seconds", scale, NONE_TIMED, confidence)


def seconds_per_length(work: Work, *, confidence: float = 0.95) -> Fact:
    """Median seconds for each unit of length (a word, where lengths are words)."""
    scale = "seconds for each unit of length, median"
    if work.seconds is None or work.length is None:
        why = UNKNOWN if work.seconds is None else "how long the units are is not known"
        return nowhere(work, "seconds_per_length", scale, why, confidence)
    values = divide(work.seconds, work.length)
    why = "none of the worker's judgements was timed on a unit of known length"
    return _fact(work, values, "seconds_per_length", scale, why, confidence)


def _fact(work: Work, values: Floats, name: str, scale: str, why: str, confidence: float) -> Fact:
    """Medians, and intervals between two order statistics; fewer than 6 values have none at 95%.

    Source: Conover (1999), "Practical Nonparametric Statistics", section 3.2. No standard error
    goes with it: half the interval over the normal quantile stands for one.
    """
    there = np.isfinite(values)
    worker = work.judged.worker[there]
    ordered = values[there][np.lexsort((values[there], worker))]
    n = np.bincount(worker, minlength=work.n_workers).astype(np.int64)
    starts = np.cumsum(n) - n
    value = (_at(ordered, starts, n, (n - 1) // 2) + _at(ordered, starts, n, n // 2)) / 2
    rank = _rank(n, (1 - confidence) / 2)
    low = np.where(rank > 0, _at(ordered, starts, n, rank - 1), np.nan)
    high = np.where(rank > 0, _at(ordered, starts, n, n - rank), np.nan)
    se = (high - low) / 2 / float(special.ndtri((1 + confidence) / 2))
    return Fact(
        name=name,
        scale=scale,
        method="median; interval between order statistics (binomial)",
        value=value,
        se=se,
        low=low,
        high=high,
        n=n,
        notes=noted(n == 0, why, (rank == 0, SHORT)),
        confidence=confidence,
    )


def _at(ordered: Floats, starts: Ints, n: Ints, place: Ints) -> Floats:
    """The value at a place of each group, NaN where the group has no such place."""
    there = (place >= 0) & (place < n)
    if not len(ordered):
        return np.full(len(n), np.nan)
    return np.where(there, ordered[np.where(there, starts + place, 0)], np.nan)


def _rank(n: Ints, tail: float) -> Ints:
    """An r with P(Binomial(n, ½) < r) ≤ tail, the largest but for ties, 0 for none: shape (W,)."""
    return np.asarray(stats.binom.ppf(tail, np.maximum(n, 1), 0.5), dtype=np.int64)
