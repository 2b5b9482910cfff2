"""How large a study must be: for an interval of alpha of a given width, and for a difference.

A paired comparison has an exact formula (the noncentral t distribution). For alpha there is none:
a pilot's table is drawn again at the size of the study that is planned.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import optimize, stats  # type: ignore[import-untyped]

from analysis.agreement.base import Level
from analysis.agreement.pairable import OverWorkers, Pairable, pairable
from analysis.arrays import CHUNK, Floats
from analysis.intervals import estimate, percentile
from analysis.judgements import Duplicates, read
from analysis.resampling import MIN_WORKERS, Weights
from db.errors import DataError, UsageError
from db.records import Estimate

Vary = Literal["units", "workers"]
MOST = 1_000_000
"""No study is larger than this, in units or workers."""
OTHER_TAIL = 5.0
"""From this noncentrality on, finding the difference with the wrong sign has no weight."""
WIDTH = "width of the interval in points of alpha, from 0; lower is better"


def power_of_paired(difference: float, sd: float, n: int, threshold: float = 0.05) -> float:
    """The chance that a paired t test finds a true mean difference with n pairs: [0, 1].

    `sd`: standard deviation of the pairs' differences, above 0. Two-sided; exact for normal
    differences. Source: Cohen (1988), "Statistical Power Analysis", chapter 2.
    """
    _check(sd, n, threshold)
    df, shift = n - 1, abs(difference) / sd * n**0.5
    critical = float(stats.t.isf(threshold / 2, df))
    # The other tail is below Φ(−shift); far out scipy does not compute it at all.
    other = float(stats.nct.cdf(-critical, df, shift)) if shift < OTHER_TAIL else 0.0
    return min(1.0, float(stats.nct.sf(critical, df, shift)) + other)


def detectable_difference(
    sd: float, n: int, *, power: float = 0.8, threshold: float = 0.05
) -> float:
    """The smallest true difference of two conditions that n pairs find with this power.

    In the units of `sd`, the standard deviation of the pairs' differences; above 0. Where pairs
    come in clusters (documents, workers), n counts clusters and `sd` is of their means.
    """
    _check(sd, n, threshold, power)
    top = 1.0
    while power_of_paired(top * sd, sd, n, threshold) < power:
        top *= 2
    missing = lambda ratio: power_of_paired(ratio * sd, sd, n, threshold) - power  # noqa: E731
    return sd * float(optimize.brentq(missing, 0.0, top, xtol=1e-10))


def pairs_for_difference(
    difference: float, sd: float, *, power: float = 0.8, threshold: float = 0.05
) -> int:
    """The fewest pairs that find a true mean difference with this power, at least 2.

    A difference of 0 is never found, and one for which a million pairs are too few is refused.
    """
    _check(sd, 2, threshold, power)

    def enough(n: int) -> bool:
        return power_of_paired(difference, sd, n, threshold) >= power

    return _fewest(enough, 2, f"a difference of {difference:g}")


def alpha_width(
    pilot: pd.DataFrame,
    level: Level,
    *,
    units: int,
    workers: int,
    simulations: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
    duplicates: Duplicates = "error",
) -> Estimate:
    """How wide the interval of alpha over units and workers would be in a study of this size.

    `pilot`: columns unit, worker, value. `simulations` times as many units and workers as are
    planned are drawn from the pilot's, with replacement, and alpha taken under those weights; the
    width is that of the middle `confidence` of them. A worker drawn twice is never compared with
    themself. The planned study is assumed to be like the pilot, each worker meeting the same share
    of its units. Undefined (None, with the reason) where the pilot has no unit with two
    judgements, or fewer than 10 workers, or where more than 5% of the draws have no alpha.
    """
    if units < 2 or workers < 2 or simulations < 2:
        raise UsageError("a study has at least two units and two workers, and two simulations")
    data = pairable(read(pilot, duplicates=duplicates), level, None)
    fields: dict[str, Any] = {
        "confidence": confidence,
        "scale": WIDTH,
        "method": f"{simulations} studies of this size drawn from a pilot",
        "n_units": units,
        "n_workers": workers,
    }
    if data is None or len(data.judged.workers) < MIN_WORKERS:
        why = "no unit with two judgements" if data is None else f"fewer than {MIN_WORKERS} workers"
        return estimate("alpha_width", float("nan"), note=f"the pilot has {why}", **fields)
    spread = percentile(_alphas(data, units, workers, simulations, seed), confidence)
    if spread.low is None or spread.high is None:
        return estimate("alpha_width", float("nan"), note=spread.note, **fields)
    return estimate("alpha_width", spread.high - spread.low, note=spread.note, **fields)


def size_for_alpha(
    pilot: pd.DataFrame,
    level: Level,
    width: float,
    *,
    vary: Vary,
    units: int,
    workers: int,
    simulations: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> int | None:
    """The fewest units (or workers, as `vary` says) at which alpha's interval is that narrow.

    What is not varied stays as given; what is varied is searched upward from what is given, within
    about 2%. None where even a hundred times as many are too few: then the other side limits the
    width, and only more of that helps. DataError where the pilot allows no interval.
    """
    if width <= 0 or vary not in ("units", "workers"):
        raise UsageError("width must be above 0, and vary is 'units' or 'workers'")
    start = units if vary == "units" else workers

    def at(size: int) -> float:
        sizes = {"units": units, "workers": workers, vary: size}
        found = alpha_width(
            pilot,
            level,
            units=sizes["units"],
            workers=sizes["workers"],
            simulations=simulations,
            seed=seed,
            confidence=confidence,
        )
        if found.value is None:
            raise DataError(f"the width of alpha's interval cannot be foretold: {found.note}")
        return found.value

    low, high = start, start
    while at(high) > width:
        if high >= 100 * start:
            return None
        low, high = high, min(2 * high, 100 * start)
    while high - low > max(1, low // 50):
        middle = (low + high) // 2
        low, high = (low, middle) if at(middle) <= width else (middle, high)
    return high


def _alphas(data: Pairable, units: int, workers: int, simulations: int, seed: int) -> Floats:
    """Alpha of studies drawn from the pilot: shape (simulations,), NaN where undefined."""
    statistic = OverWorkers(data)
    # Two streams, so that what is drawn does not depend on the size of a batch.
    of_units, of_workers = np.random.default_rng(seed).spawn(2)
    n_units, n_workers = data.cells.n_units, len(data.judged.workers)
    size = max(1, CHUNK // max(1, statistic.width))
    found = []
    for start in range(0, simulations, size):
        batch = min(size, simulations - start)
        drawn = Weights(
            of_units.multinomial(units, np.full(n_units, 1 / n_units), batch).T.astype(float),
            of_workers.multinomial(workers, np.full(n_workers, 1 / n_workers), batch).T.astype(
                float
            ),
        )
        found.append(statistic(drawn))
    return np.concatenate(found)


def _fewest(enough: Any, least: int, what: str) -> int:
    """The smallest n from `least` that is enough, where all larger ones are too."""
    high = least
    while not enough(high):
        if high >= MOST:
            raise DataError(f"{what} is not found even with {MOST:,} pairs")
        high = min(2 * high, MOST)
    low = least - 1 if high == least else high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _check(sd: float, n: int, threshold: float, power: float = 0.8) -> None:
    if not sd > 0 or n < 2:
        raise UsageError("the standard deviation must be above 0, and there are at least two pairs")
    if not 0 < threshold < 1 or not threshold < power < 1:
        raise UsageError("the threshold lies between 0 and 1, and the power between it and 1")
