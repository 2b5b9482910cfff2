"""How long Dawid–Skene takes, beside crowd-kit, and whether both find the same truth.

Run it: `python benchmarks/bench_aggregation.py [JUDGEMENTS …]`. Both run the same number of
iterations from the same start, in one run on one machine. Nothing here can fail.
"""

from __future__ import annotations

import sys
import time
import warnings

import numpy as np
import pandas as pd

from analysis.aggregation.aggregate import aggregate

ITERATIONS = 10
PER_UNIT = 5


def crowd(judgements: int, labels: int = 3, workers: int = 500) -> tuple[pd.DataFrame, np.ndarray]:
    """Judgements by workers who are right in 40 to 95% of cases, and the truth of each unit."""
    rng = np.random.default_rng(0)
    units = max(2, judgements // PER_UNIT)
    unit = np.repeat(np.arange(units), PER_UNIT)
    worker = (rng.integers(workers, size=units)[:, None] + np.arange(PER_UNIT)) % workers
    truth = rng.integers(labels, size=units)
    right = rng.random(len(unit)) < rng.uniform(0.4, 0.95, workers)[worker.ravel()]
    value = np.where(right, truth[unit], rng.integers(labels, size=len(unit)))
    return pd.DataFrame({"unit": unit, "worker": worker.ravel(), "value": value}), truth


def ours(table: pd.DataFrame, truth: np.ndarray) -> tuple[float, float]:
    """Seconds and accuracy of the sparse EM."""
    start = time.perf_counter()
    options = {"smoothing": 0.0, "tolerance": -np.inf, "max_iterations": ITERATIONS}
    result = aggregate(table, "dawid_skene", **options)
    taken = time.perf_counter() - start
    best = np.array(result.labels)[result.posterior.argmax(axis=1)]
    return taken, float((best == truth[np.array(result.units)]).mean())


def theirs(table: pd.DataFrame, truth: np.ndarray) -> tuple[float, float] | None:
    """Seconds and accuracy of crowd-kit; None where it is not installed."""
    try:
        from crowdkit.aggregation import DawidSkene
    except ImportError:
        return None
    renamed = table.rename(columns={"unit": "task", "value": "label"})
    start = time.perf_counter()
    labels = DawidSkene(n_iter=ITERATIONS, tol=-np.inf).fit_predict(renamed)
    taken = time.perf_counter() - start
    return taken, float((labels.to_numpy() == truth[labels.index.to_numpy()]).mean())


def main(sizes: list[int]) -> None:
    print(f"Dawid–Skene, {ITERATIONS} iterations; seconds and accuracy")
    print(
        f"{'judgements':>12} {'ours':>8} {'crowd-kit':>10} {'ratio':>7} {'ours':>7} {'crowd-kit':>10}"
    )
    for size in sizes:
        table, truth = crowd(size)
        seconds, accuracy = ours(table, truth)
        other = theirs(table, truth)
        if other is None:
            print(f"{size:>12,} {seconds:>8.2f} {'absent':>10} {'':>7} {accuracy:>7.4f}")
            continue
        ratio = other[0] / seconds
        print(
            f"{size:>12,} {seconds:>8.2f} {other[0]:>10.2f} {ratio:>7.1f} "
            f"{accuracy:>7.4f} {other[1]:>10.4f}"
        )


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        main([int(size) for size in sys.argv[1:]] or [10_000, 100_000, 1_000_000])
