"""How long aggregation takes, beside crowd-kit, and whether both find the same truth.

Run it: `python benchmarks/bench_aggregation.py [JUDGEMENTS …] [--limit SECONDS]`. Dawid–Skene runs
the same number of iterations from the same start; one-coin, MACE and GLAD run with the defaults of
either. What takes longer than the limit is ended and said so. All in turns, in one run on one
machine, each in a process of its own. Nothing here can fail.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
import pandas as pd
from isolated import Run, Work, measured

from analysis.aggregation.aggregate import aggregate

ITERATIONS = 10
PER_UNIT = 5
PEERS = {
    "dawid_skene": "DawidSkene",
    "one_coin": "OneCoinDawidSkene",
    "mace": "MACE",
    "glad": "GLAD",
}
OURS = {"smoothing": 0.0, "tolerance": -np.inf, "max_iterations": ITERATIONS}


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


def ours(method: str, judgements: int) -> Work:
    """Our method; its value is the share of units that are right."""
    table, truth = crowd(judgements)
    options = OURS if method == "dawid_skene" else {}
    aggregate(crowd(1000)[0], method, **options)

    def work() -> Callable[[], float]:
        result = aggregate(table, method, **options)

        def share_right() -> float:
            best = np.array(result.labels)[result.posterior.argmax(axis=1)]
            return float((best == truth[np.array(result.units)]).mean())

        return share_right

    return work


def theirs(method: str, judgements: int) -> Work:
    """crowd-kit's method."""
    import crowdkit.aggregation

    same = {"n_iter": ITERATIONS, "tol": -np.inf} if method == "dawid_skene" else {}
    peer = getattr(crowdkit.aggregation, PEERS[method])
    table, truth = crowd(judgements)
    renamed = table.rename(columns={"unit": "task", "value": "label"})
    peer(**same).fit_predict(renamed[:1000])

    def work() -> Callable[[], float]:
        labels = peer(**same).fit_predict(renamed)
        return lambda: float((labels.to_numpy() == truth[labels.index.to_numpy()]).mean())

    return work


def right(run: Run) -> str:
    """The share of units that are right, as it is printed."""
    return "" if run.problem else f"{run.value:.4f}"


def main(sizes: list[int], methods: list[str], limit: float) -> None:
    head = ("method", "judgements", "ours, s", "crowd-kit, s", "ratio", "ours", "crowd-kit")
    print("seconds, and share of units that are right")
    print("{:<12} {:>11} {:>9} {:>13} {:>7} {:>7} {:>10}".format(*head))
    for method in methods:
        for size in sizes:
            own = measured(limit, ours, method, size)
            other = measured(limit, theirs, method, size)
            known = not own.problem and not other.problem
            ratio = f"{other.seconds / own.seconds:.1f}" if known else ""
            print(
                f"{method:<12} {size:>11,} {own.cell():>9} {other.cell():>13} {ratio:>7} "
                f"{right(own):>7} {right(other):>10}",
                flush=True,
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--method", action="append", choices=PEERS)
    parser.add_argument("--limit", type=float, default=300.0)
    given = parser.parse_args()
    main(given.sizes, given.method or list(PEERS), given.limit)
