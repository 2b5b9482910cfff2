"""How long an interval for Krippendorff's alpha takes, beside a loop over the package.

Run it: `python benchmarks/bench_agreement.py [JUDGEMENTS …]`. Everything is measured in one run on
one machine, so that the ratios can be compared and the seconds need not be. The loop is measured
on a few replicates and multiplied up. Nothing here can fail.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial

import krippendorff
import numpy as np
import pandas as pd

from analysis.agreement.krippendorff import alpha

REPLICATES = 1000
PER_UNIT = 10
LOOPED = 10
MOST = 200_000
"""Above this many judgements the intervals over workers and both are not measured."""


def crowd(judgements: int, workers: int = 200) -> pd.DataFrame:
    """Binary judgements, ten a unit, by workers who are right in 60 to 95% of cases."""
    rng = np.random.default_rng(0)
    units = max(2, judgements // PER_UNIT)
    unit = np.repeat(np.arange(units), PER_UNIT)
    worker = (rng.integers(workers, size=units)[:, None] + np.arange(PER_UNIT)) % workers
    truth = rng.integers(2, size=units)[unit]
    right = rng.random(len(unit)) < rng.uniform(0.6, 0.95, workers)[worker.ravel()]
    value = np.where(right, truth, 1 - truth)
    return pd.DataFrame({"unit": unit, "worker": worker.ravel(), "value": value})


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def loop_over_package(table: pd.DataFrame) -> float:
    """Seconds for all replicates of a unit bootstrap, from a few of them."""
    units = int(table["unit"].max()) + 1
    counts = np.zeros((units, 2), dtype=np.int64)
    np.add.at(counts, (table["unit"].to_numpy(), table["value"].to_numpy()), 1)
    rng = np.random.default_rng(0)

    def some() -> None:
        for _ in range(LOOPED):
            drawn = counts[rng.integers(units, size=units)]
            krippendorff.alpha(value_counts=drawn, level_of_measurement="nominal")

    return seconds(some) * REPLICATES / LOOPED


def main(sizes: list[int]) -> None:
    print(f"nominal alpha, {REPLICATES} replicates; seconds. Ours includes reading the table, the")
    print("loop does not: the ratio is on the loop's side.")
    print(f"{'judgements':>12} {'over units':>11} {'loop':>8} {'ratio':>7} {'with workers':>13}")
    for size in sizes:
        table = crowd(size)
        units = min(seconds(partial(alpha, table, "nominal", over=("units",))) for _ in range(3))
        loop = loop_over_package(table)
        workers = f"{seconds(partial(alpha, table, 'nominal')):.2f}" if size <= MOST else "-"
        print(f"{size:>12,} {units:>11.3f} {loop:>8.1f} {loop / units:>7.0f} {workers:>13}")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [10_000, 100_000, 1_000_000])
