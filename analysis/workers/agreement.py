"""How far a worker agrees with the rest, drawn towards the crowd where little is known of them.

Source: Efron & Morris (1975), "Data analysis using Stein's estimator and its generalizations";
the variance between workers by DerSimonian & Laird (1986), "Meta-analysis in clinical trials".
Ours takes the variance within workers from all of them together: two equal answers by one worker
would otherwise count as knowing them exactly.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import special  # type: ignore[import-untyped]

from analysis.arrays import Floats
from analysis.workers.base import Fact, Work, noted
from analysis.workers.company import agreements
from analysis.workers.means import means

ALONE = "never judged a unit that anyone else judged"
FEW = "fewer than two workers can be compared, so there is no crowd to draw towards"


class Crowd(NamedTuple):
    """Mean and its variance, and the variance between workers (0 where they may all be alike)."""

    mean: float
    variance_of_mean: float
    between: float


def agreement(work: Work, *, confidence: float = 0.95) -> Fact:
    """Mean agreement with the unit's others, shrunk: [0, 1], higher is better.

    The interval is normal, cut at 0 and 1. Workers without company are undefined. Where fewer
    than two workers can be compared, or no worker has two judgements, the plain mean stands
    without an interval, and says so.
    """
    found = means(agreements(work), work.judged.worker, work.n_workers)
    alone = found.n == 0
    df = float((found.n - 1).clip(min=0).sum())
    comparable = int((~alone).sum()) >= 2 and df > 0
    if comparable:
        variance = np.where(alone, np.nan, float(found.squares.sum()) / df / np.maximum(found.n, 1))
        value, se = shrunk(found.mean, variance, crowd_of(found.mean, variance))
    else:
        value, se = found.mean, np.full(work.n_workers, np.nan)
    half = se * float(special.ndtri((1 + confidence) / 2))
    few = np.full(work.n_workers, not comparable)
    return Fact(
        name="agreement",
        scale="0 to 1, higher is better; chance is not taken off",
        method="mean agreement with the unit's other workers, shrunk by empirical Bayes",
        value=value,
        se=se,
        low=np.clip(value - half, 0, 1),
        high=np.clip(value + half, 0, 1),
        n=found.n.astype(np.int64),
        notes=noted(alone, ALONE, (few, FEW)),
        confidence=confidence,
    )


def crowd_of(values: Floats, variances: Floats) -> Crowd:
    """The crowd that values with these sampling variances come from; NaN do not count."""
    there = np.isfinite(values)
    y, v = values[there], variances[there]
    if (v <= 0).any():
        between = float(y.var(ddof=1))
        return Crowd(float(y.mean()), between / len(y), between)
    w = 1 / v
    centre = float((w * y).sum() / w.sum())
    surplus = float((w * (y - centre) ** 2).sum()) - (len(y) - 1)
    between = max(0.0, surplus / float(w.sum() - (w**2).sum() / w.sum()))
    w = 1 / (v + between)
    return Crowd(float((w * y).sum() / w.sum()), float(1 / w.sum()), between)


def shrunk(values: Floats, variances: Floats, crowd: Crowd) -> tuple[Floats, Floats]:
    """Posterior mean and standard deviation of each worker: shape (W,) each.

    The uncertainty of the crowd's mean is in the deviation, that of the variance between is not.
    """
    total = variances + crowd.between
    own = np.where(total > 0, crowd.between / np.where(total > 0, total, 1.0), 1.0)
    own = np.where(np.isfinite(values), own, np.nan)
    mean = own * values + (1 - own) * crowd.mean
    spread = own * variances + (1 - own) ** 2 * crowd.variance_of_mean
    return np.asarray(mean), np.sqrt(spread)
