"""How long Krippendorff's alpha and its intervals take, beside the packages that compute it.

Run it: `python benchmarks/bench_agreement.py [--limit SECONDS] [--most JUDGEMENTS]`. All in turns,
in one run on one machine, each in a process of its own, so that ratios can be compared and memory
is everybody's own. What takes longer than the limit is ended and said so. Nothing here can fail.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
from isolated import Run, measured

from analysis.agreement.krippendorff import alpha

REPLICATES = 1000
PER_UNIT = 10
LOOPED = 10
WORKERS = 1000


def crowd(judgements: int, slider: bool = False) -> pd.DataFrame:
    """Judgements by a thousand workers, ten a unit: yes or no by people who are right in 60 to 95%
    of cases, or with `slider` whole numbers from 0 to 100 around the truth."""
    rng = np.random.default_rng(0)
    units = max(2, judgements // PER_UNIT)
    unit = np.repeat(np.arange(units), PER_UNIT)
    worker = ((rng.integers(WORKERS, size=units)[:, None] + np.arange(PER_UNIT)) % WORKERS).ravel()
    if slider:
        value = rng.normal(rng.uniform(0, 100, units)[unit], 15).round().clip(0, 100)
    else:
        truth = rng.integers(2, size=units)[unit]
        right = rng.random(len(unit)) < rng.uniform(0.6, 0.95, WORKERS)[worker]
        value = np.where(right, truth, 1 - truth)
    return pd.DataFrame({"unit": unit, "worker": worker, "value": value})


def ours(judgements: int, over: tuple[str, ...] = (), slider: bool = False) -> Callable[[], float]:
    """Our alpha from the long table, with intervals over what is named."""
    level = "interval" if slider else "nominal"
    work = partial(
        alpha,
        crowd(judgements, slider),
        level,
        over=over or ("units",),
        bootstrap=REPLICATES if over else 0,
    )
    alpha(crowd(1000, slider), level, bootstrap=10)
    return lambda: float(work().estimates[0].value or np.nan)


def matrix(table: pd.DataFrame) -> np.ndarray:
    """Workers × units, NaN where nobody was asked: what the krippendorff package takes."""
    wide = np.full((WORKERS, int(table["unit"].max()) + 1), np.nan)
    wide[table["worker"], table["unit"]] = table["value"]
    return wide


def package(judgements: int, slider: bool = False) -> Callable[[], float]:
    """The krippendorff package, from the long table through the matrix that it takes."""
    import krippendorff

    table, level = crowd(judgements, slider), "interval" if slider else "nominal"
    return lambda: krippendorff.alpha(reliability_data=matrix(table), level_of_measurement=level)


def looped(judgements: int) -> Callable[[], float]:
    """A unit bootstrap as a loop over the package, a few replicates; from ready counts."""
    import krippendorff

    table = crowd(judgements)
    units = int(table["unit"].max()) + 1
    counts = np.zeros((units, 2), dtype=np.int64)
    np.add.at(counts, (table["unit"].to_numpy(), table["value"].to_numpy()), 1)
    rng = np.random.default_rng(0)

    def some() -> float:
        for _ in range(LOOPED):
            drawn = counts[rng.integers(units, size=units)]
            found = krippendorff.alpha(value_counts=drawn, level_of_measurement="nominal")
        return found

    return some


def simpledorff(judgements: int) -> Callable[[], float]:
    """The simpledorff package."""
    import simpledorff as peer

    table = crowd(judgements)
    names = {"experiment_col": "unit", "annotator_col": "worker", "class_col": "value"}
    return lambda: peer.calculate_krippendorffs_alpha_for_df(table, **names)


def nltk(judgements: int) -> Callable[[], float]:
    """nltk's AnnotationTask."""
    from nltk.metrics.agreement import AnnotationTask

    rows = list(crowd(judgements)[["worker", "unit", "value"]].itertuples(index=False, name=None))
    return lambda: AnnotationTask(rows).alpha()


def ratio(peer: Run, own: Run, times: float = 1.0) -> str:
    known = not peer.problem and not own.problem
    return f"{times * peer.seconds / own.seconds:.0f}" if known else ""


def points(limit: float) -> None:
    """The estimate alone, beside every package."""
    print("\nnominal alpha without intervals: seconds (MB above the table)")
    print(
        f"{'judgements':>12} {'konkyo':>12} {'krippendorff':>16} {'simpledorff':>16} {'nltk':>16}"
    )
    for size in (10_000, 100_000, 1_000_000):
        own = measured(limit, ours, size)
        peers = [measured(limit, make, size) for make in (package, simpledorff, nltk)]
        cells = [f"{run.cell()} ({run.memory()})" for run in (own, *peers)]
        print(
            f"{size:>12,} {cells[0]:>12} {cells[1]:>16} {cells[2]:>16} {cells[3]:>16}", flush=True
        )


def intervals(limit: float) -> None:
    """A thousand replicates, beside a loop over the package."""
    print(f"\nintervals of {REPLICATES} replicates: seconds (MB above the table)")
    head = ("judgements", "units", "a loop", "ratio", "slider, units", "workers", "both")
    print("{:>12} {:>12} {:>8} {:>6} {:>15} {:>14} {:>14}".format(*head))
    for size in (10_000, 100_000, 1_000_000):
        units = measured(limit, ours, size, ("units",))
        loop = measured(limit, looped, size)
        times = REPLICATES / LOOPED
        rest = [
            measured(limit, ours, size, ("units",), True),
            measured(limit, ours, size, ("workers",)),
            measured(limit, ours, size, ("both",)),
        ]
        cells = [f"{run.cell()} ({run.memory()})" for run in rest]
        print(
            f"{size:>12,} {f'{units.cell(3)} ({units.memory()})':>12} "
            f"{loop.seconds * times:>8.1f} {ratio(loop, units, times):>6} {cells[0]:>15} "
            f"{cells[1]:>14} {cells[2]:>14}",
            flush=True,
        )


def growth(limit: float, most: int) -> None:
    """Whether ten times the judgements cost ten times as much."""
    print("\ngrowth of alpha with its unit interval: µs and bytes a judgement")
    for size in (10**n for n in range(4, 9) if 10**n <= most):
        for slider in (False, True):
            run = measured(limit, ours, size, ("units",), slider)
            kind = "0 to 100" if slider else "yes or no"
            each = run.problem or f"{1e6 * run.seconds / size:6.2f} µs"
            memory = "" if run.problem else f"{run.megabytes * 2**20 / size:8.0f} B"
            print(f"{size:>12,} {kind:>10} {each:>10} {memory:>12}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=float, default=120.0)
    parser.add_argument("--most", type=int, default=10_000_000)
    asked = parser.parse_args()
    points(asked.limit)
    intervals(asked.limit)
    growth(asked.limit, asked.most)
