"""Whether a worker agrees with the others more, or less, as work goes on.

Least squares over a worker's own judgements. It knows nothing of how hard the units are: where
everybody meets the same units in the same order, hard units at the end look like tired workers.
"""

from __future__ import annotations

import numpy as np

from analysis.arrays import Floats
from analysis.workers.base import Fact, Work, noted, nowhere
from analysis.workers.company import agreements
from analysis.workers.means import Slopes, slopes, t_interval

FEW = "too few judgements, or all at one place, for a slope"
EXACT = "too few judgements, or none off the line, for an interval"


def drift(work: Work, *, confidence: float = 0.95) -> Fact:
    """Change of agreement from a worker's first judgement to their last: below 0, it falls.

    Judgements are numbered in order and their numbers stretched to 0 … 1. Undefined with fewer
    than two judgements beside others'; the interval (Student's) with fewer than three.
    """
    worker, n = work.judged.worker, work.n_workers
    x = _place(work)
    found = slopes(x, agreements(work), worker, n)
    scale = "change of agreement from the first to the last judgement; below 0: it falls"
    return _fact(found, "drift", scale, "least squares over the order of judgements", confidence)


def drift_in_hit(work: Work, *, confidence: float = 0.95) -> Fact:
    """Change of agreement from one place in a HIT to the next: below 0, it falls.

    Where the table names HITs, each has a level of its own, so that only what happens within them
    counts. Undefined where positions are unknown or all equal.
    """
    name, scale = "drift_in_hit", "change of agreement a place in the HIT; below 0: it falls"
    if work.position is None:
        return nowhere(work, name, scale, "places in HITs are not known", confidence)
    worker, n = work.judged.worker, work.n_workers
    within = None
    if work.hit is not None:
        within = worker * (int(work.hit.max(initial=0)) + 2) + work.hit + 1
    found = slopes(work.position, agreements(work), worker, n, within)
    how = "least squares over places" + ("" if within is None else ", a level for each HIT")
    return _fact(found, name, scale, how, confidence)


def _place(work: Work) -> Floats:
    """Place of each judgement among its worker's, from 0 (first) to 1 (last): shape (J,)."""
    worker = work.judged.worker
    order = np.lexsort((work.order, worker))
    sizes = np.bincount(worker, minlength=work.n_workers)
    place = np.empty(len(worker))
    place[order] = np.arange(len(worker)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.asarray(place / np.maximum(sizes[worker] - 1, 1))


def _fact(found: Slopes, name: str, scale: str, method: str, confidence: float) -> Fact:
    low, high = t_interval(found.slope, found.se, found.df, confidence)
    return Fact(
        name=name,
        scale=scale,
        method=f"{method}, Student's interval",
        value=found.slope,
        se=found.se,
        low=low,
        high=high,
        n=found.n.astype(np.int64),
        notes=noted(np.isnan(found.slope), FEW, (np.isnan(low), EXACT)),
        confidence=confidence,
    )
