"""What Krippendorff's alpha would gain without a worker."""

from __future__ import annotations

import numpy as np

from analysis.agreement.pairable import OverWorkers, Pairable, pairable
from analysis.arrays import CHUNK, Floats, Ints
from analysis.resampling import MOST_GROUPS, Weights
from analysis.workers.base import Fact, Work, noted, nowhere

SCALE = "change of alpha without the worker; above 0: the others agree better among themselves"
ALONE = "never judged a unit that anyone else judged"
NOTHING = "without the worker nothing is left that could differ"


def influence(work: Work, *, confidence: float = 0.95) -> Fact:
    """Alpha of all the others less alpha of all, worker by worker.

    A difference of two numbers about these workers, without an interval. With more than 500
    workers only the 500 who judged most are left out in turn. Undefined where alpha is: one value
    only, or no unit with two judgements.
    """
    data = pairable(work.judged, work.level, None)
    if data is None:
        why = "no unit has two judgements, so nothing can be compared"
        return nowhere(work, "influence", SCALE, why, confidence)
    place = {worker: row for row, worker in enumerate(work.judged.workers)}
    rows = np.array([place[worker] for worker in data.judged.workers], dtype=np.int64)
    load = np.bincount(data.judged.worker, minlength=len(rows)).astype(np.int64)
    asked = np.sort(np.argsort(-load, kind="stable")[:MOST_GROUPS])
    value, n = np.full(work.n_workers, np.nan), np.zeros(work.n_workers, dtype=np.int64)
    once, without = _alphas(data, asked)
    value[rows[asked]] = without - once
    n[rows] = load
    rare = (n > 0) & ~np.isin(np.arange(work.n_workers), rows[asked])
    few = f"not among the {MOST_GROUPS} workers who judged most"
    empty = np.full(work.n_workers, np.nan)
    return Fact(
        name="influence",
        scale=SCALE,
        method="Krippendorff's alpha, leaving one worker out",
        value=value,
        se=empty,
        low=empty,
        high=empty,
        n=n,
        notes=noted(n == 0, ALONE, (rare, few), (np.isnan(value), NOTHING)),
        over=None,
        confidence=confidence,
    )


def _alphas(data: Pairable, asked: Ints) -> tuple[float, Floats]:
    """Alpha of all, and without each of the workers asked about: shape (A,)."""
    statistic = OverWorkers(data)
    units = np.ones((data.cells.n_units, 1))
    workers = len(data.judged.workers)
    once = statistic(Weights(units, np.ones((workers, 1))))[0]
    size = max(1, CHUNK // max(1, statistic.width))
    left_out = []
    for start in range(0, len(asked), size):
        batch = asked[start : start + size]
        kept = (np.arange(workers)[:, None] != batch).astype(np.float64)
        left_out.append(statistic(Weights(units, kept)))
    return float(once), np.concatenate(left_out)
