"""The same worker by worker: how near a person's marks are to other people's, and to the model's.

A worker's `people` is the mean, over the instances they share with others, of how like each other
they and the others mark; a worker's model score is the mean over the same instances of the model
against their marks. Intervals draw the worker's own texts again. Whether workers differ is tested
on the gap of the two, row by row, less the instance's mean, against permutations of the workers
within each instance: what makes a text easy cancels.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from analysis.arrays import Floats, Ints, divide, incidence
from analysis.comparison.conditions import Settings
from analysis.comparison.strata import (
    EXPLORATORY,
    FEWEST,
    PEOPLE,
    Parting,
    StrataResult,
    Stratum,
    corrected,
)
from analysis.intervals import Spread, estimate
from analysis.resampling import Plan, Units, Weights
from analysis.score_table import ScoreTable
from db.errors import DataError
from db.records import Estimate, Marks
from db.words import counted

MOST_PERMUTATIONS = 2000
"""Permutations within instances are sorted one by one; so many give p to about .01."""


def by_worker(
    rows: Mapping[str, ScoreTable],
    people: ScoreTable,
    marks: Marks,
    settings: Settings,
    *,
    score: str,
    scale: str,
) -> StrataResult:
    """Scores of every worker who marked.

    `rows`: subject → one score for each row of the marks; `people`: one score a pair of workers of
    an instance (`analysis.comparison.marked`). DataError where persons are not known.
    """
    if not marks.persons_known:
        raise DataError("who marked is not known, so nothing can be said by worker")
    own = row_means(people, marks)
    columns = {**{name: table.scores for name, table in rows.items()}, PEOPLE: own}
    plan = Plan(
        Units.single(len(marks.instance_ids), noun="instances"),
        len(marks.worker_ids),
        True,
        ("units",),
        settings.bootstrap,
        settings.seed,
        settings.confidence,
    )
    estimates = {name: _means(values, marks, plan) for name, values in columns.items()}
    counts = np.bincount(marks.worker, minlength=len(marks.worker_ids))
    strata = [
        Stratum(
            worker,
            int(counts[w]),
            tuple(_named(score, scale, worker, name, estimates[name], w, plan) for name in columns),
        )
        for w, worker in enumerate(marks.worker_ids)
    ]
    explainers = [name for name in rows if name != "constant"]
    tests = [_test(score, name, own - rows[name].scores, marks, settings) for name in explainers]
    return StrataResult(strata, corrected(tests), {}, [EXPLORATORY])


def row_means(people: ScoreTable, marks: Marks) -> Floats:
    """Mean over the pairs that each row of the marks is in: shape (R,), NaN without any."""
    n = len(marks.worker_ids)
    keys = marks.instance * n + marks.worker
    order = np.argsort(keys)
    total, times = np.zeros(len(keys)), np.zeros(len(keys))
    there = np.isfinite(people.scores)
    for worker in people.workers:
        at = order[np.searchsorted(keys[order], people.instance * n + worker)][there]
        total += np.bincount(at, weights=people.scores[there], minlength=len(keys))
        times += np.bincount(at, minlength=len(keys))
    return divide(total, times)


class _Means(NamedTuple):
    """Of one subject, worker by worker: values, intervals and instances."""

    values: Floats
    spreads: list[Spread]
    counts: Ints


def _means(values: Floats, marks: Marks, plan: Plan) -> _Means:
    there = np.flatnonzero(np.isfinite(values))
    worker, instance, n = marks.worker[there], marks.instance[there], len(marks.worker_ids)
    shape = n, len(there)
    place = np.arange(len(there), dtype=np.int64)
    total = incidence(worker, place, shape)
    sums = incidence(worker, place, shape, values[there])

    def statistic(drawn: Weights) -> Floats:
        weights = drawn.units[instance]
        return divide(sums @ weights, total @ weights)

    spreads = plan.intervals("units", statistic, len(there) + n, n)
    counts = np.bincount(worker, minlength=n).astype(np.int64)
    return _Means(statistic(plan.once)[:, 0], spreads, counts)


def _named(
    score: str, scale: str, worker: str, subject: str, found: _Means, w: int, plan: Plan
) -> Estimate:
    n = int(found.counts[w])
    few = n < FEWEST
    return estimate(
        score,
        float("nan") if few else float(found.values[w]),
        None if few else found.spreads[w],
        over="units",
        confidence=plan.confidence,
        scale=scale,
        method=f"mean over the worker's instances; {plan.method('units')}",
        n_units=n,
        n_workers=1,
        subject=f"{worker}: {subject}",
        note=f"{counted(n, 'instance is', 'instances are')} too few (at least {FEWEST})"
        if few
        else "",
    )


def _test(score: str, subject: str, gap: Floats, marks: Marks, settings: Settings) -> Parting:
    there = np.flatnonzero(np.isfinite(gap))
    n_rows = np.bincount(marks.worker[there], minlength=len(marks.worker_ids))
    if int((n_rows >= FEWEST).sum()) < 2:
        why = f"fewer than two workers have {FEWEST} instances with both people and model"
        return Parting(score, subject, None, why)
    order = there[np.argsort(marks.instance[there], kind="stable")]
    instance, worker, values = marks.instance[order], marks.worker[order], gap[order]
    size = np.bincount(instance, minlength=len(marks.instance_ids))
    sums = np.bincount(instance, weights=values, minlength=len(size))
    values = values - (sums / np.maximum(size, 1))[instance]
    times = min(settings.flips, MOST_PERMUTATIONS)
    rng = np.random.default_rng(settings.seed)

    def between(of: Floats) -> float:
        per_worker = np.bincount(worker, weights=of, minlength=len(n_rows))
        return float(divide(np.square(per_worker), n_rows.astype(np.float64))[n_rows > 0].sum())

    seen = between(values) * (1 - 1e-12)
    more = sum(
        between(values[np.lexsort((rng.random(len(values)), instance))]) >= seen
        for _ in range(times)
    )
    instances = counted(len(np.unique(instance)), "instance")
    words = f"{counted(times, 'permutation')} of workers within {instances}"
    return Parting(score, subject, (1 + more) / (1 + times), words)
