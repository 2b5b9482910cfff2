"""How often the intervals of Krippendorff's alpha hold the value that they are about.

Run it: `python benchmarks/bench_coverage.py [--crowds N] [--replicates B] [--units U] [--jobs J]`.
Crowds are drawn from a model whose alpha is known in closed form, and every interval is asked its
own question: `units` against the alpha of these people on other units, `workers` and `jackknife`
against the alpha of other people on these units, `both` against the alpha of other people on
other units. The last column asks `units` the question of `both`, as is often done. A worker w who
is asked about unit u reads it with probability r_w and then answers 1 with probability
1/2 + z_u; else they answer 1 with a probability g_w of their own. Nothing here can fail.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.agreement.krippendorff import alpha
from analysis.arrays import ordered_pairs
from db.records import Estimate

Floats = NDArray[np.float64]
METHODS = ("units", "workers", "jackknife", "both")
HARD = 0.1
"""The share of units whose z is uniform; the others' is -1/2 or 1/2."""
SIGNAL = 0.25 * (1 - HARD) + HARD / 12
"""The variance of z."""
SPREAD = 5.0
"""How alike workers are: the sum of the parameters of r's beta distribution."""
UNEQUAL = 1.5
"""The standard deviation of the log of unequal loads: one in ten do half of the work."""


@dataclass(frozen=True)
class Shape:
    """A crowd: how many workers, whether their loads are equal, judgements a unit, true alpha."""

    workers: int
    equal: bool
    per_unit: int
    alpha: float


@dataclass(frozen=True, eq=False)
class Crowd:
    """One draw: the judgements, and the value that each interval is about."""

    table: pd.DataFrame
    of_units: float
    of_workers: float
    of_both: float


def shapes() -> Iterator[Shape]:
    grid = itertools.product((12, 30, 80, 200), (True, False), (3, 10), (0.2, 0.5, 0.8))
    return (Shape(*cell) for cell in grid)


def draw(shape: Shape, units: int, rng: np.random.Generator) -> Crowd:
    """A crowd of this shape and the three alphas it has, in closed form."""
    mean = float(np.sqrt(shape.alpha / (4 * SIGNAL)))
    r = rng.beta(SPREAD * mean, SPREAD * (1 - mean), shape.workers)
    c = r / 2 + (1 - r) * rng.random(shape.workers)
    z = np.where(
        rng.random(units) < HARD, rng.random(units) - 0.5, rng.integers(2, size=units) - 0.5
    )
    load = np.zeros(shape.workers) if shape.equal else rng.normal(0, UNEQUAL, shape.workers)
    # The largest of load + Gumbel noise: different workers, drawn in proportion to their loads.
    keys = load + rng.gumbel(size=(units, shape.workers))
    worker = np.argpartition(-keys, shape.per_unit - 1, axis=1)[:, : shape.per_unit].ravel()
    unit = np.repeat(np.arange(units), shape.per_unit)
    value = (rng.random(len(unit)) < c[worker] + r[worker] * z[unit]).astype(np.int64)
    table = pd.DataFrame({"unit": unit, "worker": worker, "value": value})
    return Crowd(table, of_these(unit, worker, r, c), of_others(mean, z), shape.alpha)


def of_these(unit: NDArray[np.int64], worker: NDArray[np.int64], r: Floats, c: Floats) -> float:
    """Alpha of these workers on other units: z anew, who meets whom as it is."""
    first, second = (worker[rows] for rows in ordered_pairs(unit))
    both = c[first] * c[second] + r[first] * r[second] * SIGNAL
    differ = float((c[first] + c[second] - 2 * both).mean())
    share = float(c[worker].mean())
    return 1 - differ / (2 * share * (1 - share))


def of_others(mean: float, z: Floats) -> float:
    """Alpha of other workers on these units: r and g at their means, z as it is."""
    chance = 0.5 + mean * z
    share = float(chance.mean())
    return 1 - float((chance * (1 - chance)).mean()) / (share * (1 - share))


def one_crowd(shape: Shape, units: int, replicates: int, seed: int) -> list[bool | None]:
    """Whether each interval held its own value, and `units` the value of both; None: undefined."""
    key = (shape.workers, int(shape.equal), shape.per_unit, round(100 * shape.alpha), seed)
    crowd = draw(shape, units, np.random.default_rng(key))
    found = alpha(crowd.table, "nominal", bootstrap=replicates, seed=seed).estimates
    by_method: dict[str, Estimate] = {}
    for e in found:
        if e.name == "alpha":
            by_method["jackknife" if "jackknife" in e.method else str(e.over)] = e
    values = (crowd.of_units, crowd.of_workers, crowd.of_workers, crowd.of_both)
    held = [holds(by_method.get(m), value) for m, value in zip(METHODS, values, strict=True)]
    return [*held, holds(by_method["units"], crowd.of_both)]


def holds(interval: Estimate | None, value: float) -> bool | None:
    """Whether an interval holds a value; None where fewer than ten workers came to answer."""
    if interval is None or interval.low is None or interval.high is None:
        return None
    return interval.low <= value <= interval.high


def covered(outcomes: list[bool | None]) -> str:
    """Per cent of the intervals that held it, with the Monte Carlo standard error."""
    defined = [outcome for outcome in outcomes if outcome is not None]
    if not defined:
        return "-"
    share = float(np.mean(defined))
    error = float(np.sqrt(share * (1 - share) / len(defined)))
    lost = f" ({len(outcomes) - len(defined)} undefined)" if len(defined) < len(outcomes) else ""
    return f"{100 * share:.0f} ± {100 * error:.1f}{lost}"


def main(crowds: int, replicates: int, units: int, jobs: int) -> None:
    print(f"{crowds} crowds a row, {units} units, {replicates} replicates, nominal 95%.\n")
    print(
        "| workers | loads | a unit | alpha | units | workers | jackknife | both | units for both |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    with ProcessPoolExecutor(jobs) as pool:
        for shape in shapes():
            work = partial(one_crowd, shape, units, replicates)
            outcomes = list(pool.map(work, range(crowds), chunksize=25))
            cells = " | ".join(covered(list(column)) for column in zip(*outcomes, strict=True))
            loads = "equal" if shape.equal else "unequal"
            row = f"{shape.workers} | {loads} | {shape.per_unit} | {shape.alpha}"
            print(f"| {row} | {cells} |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--crowds", type=int, default=300)
    parser.add_argument("--replicates", type=int, default=400)
    parser.add_argument("--units", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    main(given.crowds, given.replicates, given.units, given.jobs)
