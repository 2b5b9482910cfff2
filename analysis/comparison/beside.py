"""Is what people say of an explanation what they mark? Rank correlation of the two.

A point is one explainer on one instance: what people said of its explanation (mean rating, share of
wins, share of right guesses) beside its alignment score with what people marked there. Four
readings, each by Spearman's rho and Kendall's tau-b:

- `all`: all points together; it mixes texts, explainers and both;
- `within_explainers`: over the instances of each explainer, averaged over explainers;
- `within_instances`: both sides less their mean over the instance's explainers, so that what makes
  a text easy to please with cancels (after Bakdash & Marusich, 2017, here with ranks);
- `explainer_means`: over explainers, each with its two means; from three explainers on.

Instances are drawn whole, with all their explainers. Workers are left out one by one, from what was
said and, where the same person marked too, from what was marked: drawing them again would make
every mean noisier and push the correlation towards 0, off its own estimate. `both` adds the two
variances.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats  # type: ignore[import-untyped]

from analysis.arrays import Floats, Ints
from analysis.comparison.conditions import CONDITION, Conditions, Settings
from analysis.intervals import Spread, estimate
from analysis.resampling import Plan, Units, Weights
from analysis.score_table import ScoreBoard, ScoreTable, means_over_instances
from db.columns import UNIT, VALUE, WORKER, require
from db.errors import DataError
from db.records import Estimate, Marks, Over
from db.words import counted

READINGS = ("all", "within_explainers", "within_instances", "explainer_means")
SCALE = "-1 to 1, above 0: what is said higher is marked nearer"
FEW_POINTS = 3
SMALL = 250
"""Up to so many points all pairs are compared at once."""


def spearman(x: Floats, y: Floats) -> float:
    """Spearman's rho, NaN where either side is all alike or there are fewer than 3 points."""
    if len(x) < FEW_POINTS:
        return float("nan")
    a, b = _midranks(x), _midranks(y)
    a, b = a - a.mean(), b - b.mean()
    # Sums and not products of vectors: for so few points threads cost more than they save.
    both = float(np.sqrt(np.square(a).sum() * np.square(b).sum()))
    return float((a * b).sum()) / both if both > 0 else float("nan")


def kendall(x: Floats, y: Floats) -> float:
    """Kendall's tau-b, NaN likewise. Many points go to scipy, whose work grows with n log n."""
    if len(x) < FEW_POINTS:
        return float("nan")
    if len(x) > SMALL:
        return float(stats.kendalltau(x, y, method="asymptotic").statistic)
    a, b = (_order(side) for side in (x, y))
    both = float(np.sqrt(float(np.count_nonzero(a)) * np.count_nonzero(b)))
    return int((a * b).sum(dtype=np.int64)) / both if both > 0 else float("nan")


def _order(values: Floats) -> NDArray[np.int8]:
    """1, 0 or -1 for every ordered pair: is the first higher? Shape (n, n)."""
    one, other = values[:, None], values[None, :]
    return (one > other).astype(np.int8) - (one < other).astype(np.int8)


def _midranks(values: Floats) -> Floats:
    """Ranks from 1, equal values sharing their mean."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[place], np.float64)


Coefficient = Callable[[Floats, Floats], float]
COEFFICIENTS: dict[str, Coefficient] = {"spearman": spearman, "kendall": kendall}


def said_beside_marked(
    said: pd.DataFrame,
    marked: Conditions,
    marks: Marks,
    settings: Settings,
    *,
    persons_known: bool = True,
) -> tuple[list[Estimate], dict[str, int]]:
    """Correlations over units, workers and both, and the judgements left out, by reason.

    `said`: columns unit (instance id), worker, value, condition (explainer); `marked`: alignment
    scores of explainers on `marks`. DataError where no explanation has both.
    """
    require(said, (UNIT, WORKER, VALUE, CONDITION), "a table of what was said")
    names = [n for n in marked.names if n in set(said[CONDITION])]
    there = said[CONDITION].isin(names)
    met = there & said[UNIT].isin(marks.instance_ids)
    if not met.any():
        raise DataError(
            "nobody judged an explanation of a text that was marked, by an explainer that was "
            "aligned; the two campaigns need instances and explainers in common"
        )
    excluded = {
        "judgement of an explainer without alignment scores": int((~there).sum()),
        "judgement of an instance that nobody marked": int((there & ~met).sum()),
    }
    people = tuple(dict.fromkeys([*marks.worker_ids, *said.loc[met, WORKER]]))
    tables = [
        *_said_tables(said[met], names, marks, people),
        *(marked.tables[marked.place(n)] for n in names),
    ]
    known = persons_known and marks.persons_known
    plan = Plan(
        Units.single(len(marks.instance_ids), noun="instances"),
        len(people),
        known,
        settings.over,
        settings.bootstrap,
        settings.seed,
        settings.confidence,
    )
    found = _estimates(ScoreBoard(tables), len(names), marked, plan, int(met.sum()))
    return found, {reason: n for reason, n in excluded.items() if n}


def _said_tables(
    said: pd.DataFrame, names: Sequence[str], marks: Marks, people: Sequence[str]
) -> list[ScoreTable]:
    places = {identity: n for n, identity in enumerate(marks.instance_ids)}
    numbers = {person: n for n, person in enumerate(people)}
    made = []
    for name in names:
        rows = said[said[CONDITION] == name]
        instance = np.asarray(rows[UNIT].map(places), dtype=np.int64)
        worker = np.asarray(rows[WORKER].map(numbers), dtype=np.int64)
        values = rows[VALUE].to_numpy(dtype=np.float64)
        made.append(ScoreTable(values, instance, (worker,), len(places)))
    return made


def _estimates(
    board: ScoreBoard, n: int, marked: Conditions, plan: Plan, judgements: int
) -> list[Estimate]:
    def statistic(drawn: Weights) -> Floats:
        means = board.instance_means(drawn)
        return _under_draws(means[:n], means[n:], drawn.units)

    values = statistic(plan.once)[:, 0].tolist()
    both = np.isfinite(board.instance_means(plan.once)[:, :, 0])
    points = both[:n] & both[n:]
    names = [f"{coefficient}_{reading}" for coefficient in COEFFICIENTS for reading in READINGS]
    found = []
    made = _spreads(plan, statistic, values, board.width)
    for over in plan.over:
        for name, value, spread in zip(names, values, made[over], strict=True):
            found.append(
                estimate(
                    name,
                    value,
                    spread,
                    over=over,
                    confidence=plan.confidence,
                    scale=SCALE,
                    method=f"{int(points.sum())} explanations by {n} explainers; "
                    + _method(plan, over),
                    n_units=int(points.any(axis=0).sum()),
                    n_workers=plan.n_workers if plan.persons_known else None,
                    n_judgements=judgements,
                    subject=marked.score,
                    note="" if np.isfinite(value) else _why(name, n, over),
                )
            )
    return found


def _spreads(
    plan: Plan, statistic: Callable[[Weights], Floats], values: Sequence[float], width: int
) -> dict[Over, list[Spread]]:
    """Over units by bootstrap, over workers by jackknife, over both from the sum of variances."""
    n = len(values)
    units = plan.intervals("units", statistic, width, n)
    if problem := plan.worker_problem():
        alone = [Spread(note=problem)] * n
        return {"units": units, "workers": alone, "both": alone}
    known: dict[bytes, Floats] = {}

    def once(drawn: Weights) -> Floats:
        key = drawn.workers.tobytes()
        if key not in known:
            known[key] = statistic(drawn)
        return known[key]

    workers = [
        plan.jackknife(value, lambda drawn, at=at: once(drawn)[at], width)  # type: ignore[misc]
        for at, value in enumerate(values)
    ]
    triples = zip(values, units, workers, strict=True)
    both = [_joined(plan, *triple) for triple in triples]
    return {"units": units, "workers": [_cut(spread) for spread in workers], "both": both}


def _joined(plan: Plan, value: float, units: Spread, workers: Spread) -> Spread:
    if units.se is None or workers.se is None:
        return Spread(note=units.note if units.se is None else workers.note)
    se = float(np.hypot(units.se, workers.se))
    half = se * float(stats.norm.ppf((1 + plan.confidence) / 2))
    return _cut(Spread(se, value - half, value + half))


def _cut(spread: Spread) -> Spread:
    """Without what lies beyond -1 and 1."""
    if spread.low is None or spread.high is None:
        return spread
    return replace(spread, low=max(-1.0, spread.low), high=min(1.0, spread.high))


def _method(plan: Plan, over: Over) -> str:
    """How the interval was made, in words."""
    if over == "units":
        return plan.method(over)
    if over == "workers":
        return plan.jackknife_method
    return f"{plan.method('units')}, and {plan.jackknife_method}: variances added (conservative)"


def _why(name: str, n: int, over: Over) -> str:
    if name.endswith("explainer_means") and n < FEW_POINTS:
        return f"{counted(n, 'explainer is', 'explainers are')} too few to be correlated (at least {FEW_POINTS})"
    if name.endswith("within_instances") and n < 2:
        return "one explainer has nothing to differ from within an instance"
    return "too few explanations have both, or one side is all alike"


def _under_draws(said: Floats, marked: Floats, units: Floats) -> Floats:
    """Every coefficient and reading under b draws: (E, I, b or 1) twice, (I, b or 1) → (K, b)."""
    b = max(said.shape[2], units.shape[1])
    found = np.empty((len(COEFFICIENTS) * len(READINGS), b))
    for draw in range(b):
        times = units[:, min(draw, units.shape[1] - 1)].astype(np.int64)
        at = min(draw, said.shape[2] - 1)
        found[:, draw] = _readings(said[:, :, at], marked[:, :, at], times)
    return found


def _readings(said: Floats, marked: Floats, times: Ints) -> list[float]:
    drawn = np.repeat(np.arange(len(times)), times)
    x, y = said[:, drawn], marked[:, drawn]
    both = np.isfinite(x) & np.isfinite(y)
    x, y = np.where(both, x, np.nan), np.where(both, y, np.nan)
    several = both.sum(axis=0) > 1
    apart = (_centred(x[:, several]), _centred(y[:, several]))
    ones = np.ones((len(drawn), 1))
    ends = [means_over_instances(side[:, :, None], ones)[:, 0] for side in (x, y)]
    found = []
    for of in COEFFICIENTS.values():
        each = [of(x[e][both[e]], y[e][both[e]]) for e in range(len(x))]
        defined = [value for value in each if np.isfinite(value)]
        within = float(np.mean(defined)) if defined else float("nan")
        kept = both[:, several]
        found += [of(x[both], y[both]), within, of(apart[0][kept], apart[1][kept]), of(*ends)]
    return found


def _centred(values: Floats) -> Floats:
    """Less the mean of each column's defined values; every column has one."""
    there = np.isfinite(values)
    total = np.where(there, values, 0.0).sum(axis=0)
    # Rounded, so that equal deviations stay ties.
    return np.asarray(np.round(values - total / np.maximum(there.sum(axis=0), 1), 12))
