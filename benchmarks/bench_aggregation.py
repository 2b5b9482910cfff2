"""How long aggregation takes, beside crowd-kit, and whether both find the same truth.

Run it: `python benchmarks/bench_aggregation.py [JUDGEMENTS …] [--limit SECONDS]`. Dawid–Skene runs
the same number of iterations from the same start; one-coin, MACE and GLAD run with the defaults of
either. What takes longer than the limit is ended and said so. All in turns, in one run on one
machine, each in a process of its own. Nothing here can fail.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
import warnings
from multiprocessing.connection import Connection
from typing import NamedTuple

import numpy as np
import pandas as pd

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


class Run(NamedTuple):
    """Seconds and accuracy, or why there are none."""

    seconds: float
    accuracy: float
    problem: str = ""


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


def ours(method: str, judgements: int, answer: Connection) -> None:
    """Send seconds and accuracy of our method."""
    table, truth = crowd(judgements)
    start = time.perf_counter()
    result = aggregate(table, method, **(OURS if method == "dawid_skene" else {}))
    taken = time.perf_counter() - start
    best = np.array(result.labels)[result.posterior.argmax(axis=1)]
    answer.send(Run(taken, float((best == truth[np.array(result.units)]).mean())))


def theirs(method: str, judgements: int, answer: Connection) -> None:
    """Send seconds and accuracy of crowd-kit's method; absent where it is not installed."""
    warnings.simplefilter("ignore")
    try:
        import crowdkit.aggregation
    except ImportError:
        answer.send(Run(0.0, 0.0, "absent"))
        return
    same = {"n_iter": ITERATIONS, "tol": -np.inf} if method == "dawid_skene" else {}
    peer = getattr(crowdkit.aggregation, PEERS[method])(**same)
    table, truth = crowd(judgements)
    renamed = table.rename(columns={"unit": "task", "value": "label"})
    start = time.perf_counter()
    labels = peer.fit_predict(renamed)
    taken = time.perf_counter() - start
    answer.send(Run(taken, float((labels.to_numpy() == truth[labels.index.to_numpy()]).mean())))


def within(limit: float, target: object, method: str, judgements: int) -> Run:
    """Run one in a process of its own, and end it at the limit."""
    here, there = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.Process(target=target, args=(method, judgements, there))
    process.start()
    there.close()
    try:
        return here.recv() if here.poll(limit) else Run(limit, 0.0, f"> {limit:.0f}")
    except EOFError:
        return Run(0.0, 0.0, "failed")
    finally:
        process.terminate()
        process.join()


def cells(run: Run) -> tuple[str, str]:
    """Seconds and accuracy as they are printed."""
    return (run.problem, "") if run.problem else (f"{run.seconds:.2f}", f"{run.accuracy:.4f}")


def main(sizes: list[int], methods: list[str], limit: float) -> None:
    head = ("method", "judgements", "ours, s", "crowd-kit, s", "ratio", "ours", "crowd-kit")
    print("seconds, and share of units that are right")
    print("{:<12} {:>11} {:>9} {:>13} {:>7} {:>7} {:>10}".format(*head))
    for method in methods:
        for size in sizes:
            own = within(limit, ours, method, size)
            other = within(limit, theirs, method, size)
            known = not own.problem and not other.problem
            ratio = f"{other.seconds / own.seconds:.1f}" if known else ""
            (a, right), (b, also) = cells(own), cells(other)
            print(
                f"{method:<12} {size:>11,} {a:>9} {b:>13} {ratio:>7} {right:>7} {also:>10}",
                flush=True,
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--method", action="append", choices=PEERS)
    parser.add_argument("--limit", type=float, default=300.0)
    given = parser.parse_args()
    main(given.sizes, given.method or list(PEERS), given.limit)
