"""Whether a worker takes longer over longer units, as those who read them do."""

from __future__ import annotations

import numpy as np
from scipy import special  # type: ignore[import-untyped]

from analysis.arrays import Floats, divide, rank_rows, row_sums
from analysis.workers.base import Fact, Work, noted, nowhere

SCALE = "-1 to 1; about 0: the time does not follow the length of the unit"
FEW = "fewer than four timed judgements, or times or lengths that are all equal"


def reading(work: Work, *, confidence: float = 0.95) -> Fact:
    """Spearman's correlation of seconds and length over a worker's judgements.

    Interval: Fisher's z with variance 1.06 / (n − 3) (Fieller, Hartley & Pearson 1957, "Tests for
    rank correlation coefficients"). Undefined with fewer than four judgements, without times or
    lengths, or where either is always the same; a correlation of exactly 1 has no interval.
    """
    if work.seconds is None or work.length is None:
        why = "how long judgements took, or how long units are, is not known"
        return nowhere(work, "reading", SCALE, why, confidence)
    there = np.isfinite(work.seconds) & np.isfinite(work.length)
    order = np.flatnonzero(there)[np.argsort(work.judged.worker[there], kind="stable")]
    worker = work.judged.worker[order]
    n = np.bincount(worker, minlength=work.n_workers).astype(np.int64)
    offsets = np.concatenate([[0], np.cumsum(n)]).astype(np.int64)
    x, y = (_centred(column[order], offsets) for column in (work.seconds, work.length))
    sums = [row_sums(product, worker, work.n_workers) for product in (x * y, x * x, y * y)]
    rho = np.where(n >= 4, divide(sums[0], np.sqrt(sums[1] * sums[2])), np.nan).clip(-1, 1)
    inside = np.abs(rho) < 1
    z = np.arctanh(np.where(inside, rho, np.nan))
    error = np.sqrt(1.06 / np.maximum(n - 3, 1))
    half = error * float(special.ndtri((1 + confidence) / 2))
    return Fact(
        name="reading",
        scale=SCALE,
        method="Spearman's correlation of seconds and length, Fisher's interval",
        value=rho,
        se=np.asarray(error * (1 - np.where(inside, rho, np.nan) ** 2)),
        low=np.tanh(z - half),
        high=np.tanh(z + half),
        n=n,
        notes=noted(np.isnan(rho), FEW, (~inside, "a correlation of exactly 1 has no interval")),
        confidence=confidence,
    )


def _centred(values: Floats, offsets: np.ndarray) -> Floats:
    """Mid-ranks within each row, less their mean."""
    ranks = rank_rows(values, offsets)
    sizes = np.repeat(np.diff(offsets), np.diff(offsets))
    return np.asarray((ranks.low + ranks.high - sizes) / 2, np.float64)
