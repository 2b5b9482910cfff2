"""Does a way of training help? Trained runs compared over seeds and instances as crossed clusters.

A trial is one run judged on its test instances. Runs of the same seed share their split, so they
are paired by seed and instance. An interval draws seeds and instances again, both with
replacement, and the same draw serves both sides of a difference. The p-value flips the signs of
whole seeds: with S seeds (up to 18; of more, 10,000 flips are drawn) it cannot fall below
2^(1 − S), and after Holm's correction over m comparisons not below m · 2^(1 − S). Where that exceeds
the threshold there is no verdict. A seed on which two objectives tie cannot be flipped, and is none
of the S. Few metrics are tested; of all others the differences are described, with their intervals
and without a verdict. A difference that is undefined was no comparison, and is not corrected for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analysis.significance import EXACT_CLUSTERS, holm
from analysis.trial_metrics import metrics_of
from analysis.trial_results import Gain, SeedValue, Trial, TrialTable
from analysis.trial_scores import Draw, beside, least_p, scored
from analysis.trial_statistics import statistics_of
from db.errors import DataError
from db.words import counted

__all__ = ["Gain", "SeedValue", "Trial", "TrialTable", "compare_trials"]


def compare_trials(
    trials: Sequence[Trial],
    pairs: Sequence[tuple[str, str]],
    *,
    tested: Sequence[str] = ("macro F1",),
    bootstrap: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
    threshold: float = 0.05,
) -> TrialTable:
    """Compare objectives: means on every metric, gains of `pairs` on the `tested` metrics.

    `pairs` are (objective, against). Keep the tested metrics few: Holm's correction is over all
    of pairs × tested. Every objective must have been run with the same seeds.
    """
    table = _by_objective(trials)
    draw = Draw.of(trials, bootstrap, seed)
    found = scored(table, statistics_of(trials), draw, confidence)
    means = [found.mean(objective, metric) for objective in table for metric in found.metrics]
    gains = [
        found.gain(objective, against, metric, seed)
        for objective, against in pairs
        for metric in tested
    ]
    described = [
        found.difference(objective, against, metric)
        for objective, against in pairs
        for metric in found.metrics
        if metric not in tested
    ]
    notes = _notes(draw, gains, threshold)
    others = beside(next(iter(table.values())), draw, confidence)
    return TrialTable(found.values, means, _judged(gains, threshold), notes, described, others)


def _by_objective(trials: Sequence[Trial]) -> dict[str, list[Trial]]:
    table: dict[str, list[Trial]] = {}
    for trial in sorted(trials, key=lambda t: t.seed):
        table.setdefault(trial.objective, []).append(trial)
    wanted = [trial.seed for trial in next(iter(table.values()), [])]
    for objective, runs in table.items():
        if [run.seed for run in runs] != wanted:
            raise DataError(f"objective {objective!r} was not run with the same seeds as the first")
    if len(wanted) < 2:
        raise DataError("a comparison of objectives needs at least two seeds")
    return table


def _judged(gains: Sequence[Gain], threshold: float) -> list[Gain]:
    known = [gain for gain in gains if gain.p is not None]
    adjusted = holm([gain.p for gain in known if gain.p is not None])
    by_gain = {id(gain): p for gain, p in zip(known, adjusted, strict=True)}
    judged = (
        replace(g, p=by_gain.get(id(g)), smallest_p=min(1.0, g.smallest_p * len(known)))
        for g in gains
    )
    return [replace(gain, verdict=_verdict(gain, threshold)) for gain in judged]


def _verdict(gain: Gain, threshold: float) -> str:
    low, high = gain.estimate.low, gain.estimate.high
    if gain.smallest_p > threshold or gain.p is None or low is None or high is None:
        return "no verdict"
    if gain.p > threshold or low <= 0 <= high:
        return "not shown"
    known = metrics_of([gain.estimate.name])
    better = known[0].direction if known else "higher"
    if better == "neither":
        return "rises" if low > 0 else "falls"
    return "helps" if (low > 0) == (better == "higher") else "hurts"


def _notes(draw: Draw, gains: Sequence[Gain], threshold: float) -> list[str]:
    n, m = len(draw.seed_numbers), sum(gain.p is not None for gain in gains)
    if m == 0:
        return []
    smallest = min(1.0, least_p(n) * m)
    reach = f"corrected for {counted(m, 'comparison')}, cannot give a p below {smallest:.3g}"
    notes = [f"sign flips of {counted(n, 'seed')}, {reach}"]
    if smallest > threshold:
        wanted = next((s for s in range(n, EXACT_CLUSTERS + 1) if least_p(s) * m <= threshold), 0)
        takes = f"that takes {wanted} seeds" if wanted else "that takes fewer comparisons"
        notes.append(f"no verdict is possible at {threshold:g}; {takes}")
    tied = sum(gain.p is not None and gain.smallest_p > least_p(n) for gain in gains)
    if tied:
        notes.append(
            f"{counted(tied, 'comparison has', 'comparisons have')} seeds that tie, which cannot be "
            "flipped: the least p is larger there, and there is no verdict where it is too large"
        )
    return notes
