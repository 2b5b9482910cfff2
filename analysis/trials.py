"""Does a way of training help? Trained runs compared over seeds and instances as crossed clusters.

A trial is one run judged on its test instances. Runs of the same seed share their split, so they
are paired by seed and instance. An interval draws seeds and instances again, both with
replacement, and the same draw serves both sides of a difference. The p-value flips the signs of
whole seeds: with S seeds it cannot fall below 2^(1 − S), and after Holm's correction over m
comparisons not below m · 2^(1 − S). Where that exceeds the threshold there is no verdict.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.arrays import Floats, Ints
from analysis.intervals import Spread, estimate, percentile, unit_weights
from analysis.significance import compare, holm
from analysis.weighted_scores import macro_auc, macro_f1, weighted_mean
from db.errors import DataError
from db.records import Estimate
from db.words import counted

DETECTABLE = 2.8016
"""z₀.₉₇₅ + z₀.₈: how many standard errors are found with power .8 at the 5% level."""
SCALE = "0 to 1, higher is better"


@dataclass(frozen=True, eq=False)
class Trial:
    """One trained run on its test instances (m of them).

    `instance`: int64, shape (m,), numbers that mean the same instance in every trial; `truth`:
    int64, shape (m,), class numbers; `probabilities`: shape (m, C); `per_instance`: further
    scores by name, shape (m,), NaN where undefined (alignment with people, entropy).
    """

    objective: str
    seed: int
    instance: Ints
    truth: Ints
    probabilities: Floats
    per_instance: Mapping[str, Floats]


@dataclass(frozen=True)
class SeedValue:
    """The score of one run on one metric; None where undefined."""

    objective: str
    metric: str
    seed: int
    value: float | None


@dataclass(frozen=True)
class Gain:
    """`estimate.subject` minus `against` on `estimate.name`, and whether chance could make it.

    `p` is from sign flips of whole seeds, adjusted by Holm over all gains of the table, and
    `smallest_p` the least that it could have been. `detectable` is the difference that this many
    seeds and instances would find four times in five. `verdict` is "helps", "hurts" or "not
    shown": the first two only where p is at most the threshold and the interval leaves out 0;
    "no verdict" where p could not have been that small.
    """

    estimate: Estimate
    against: str
    p: float | None
    smallest_p: float
    detectable: float | None
    verdict: str


@dataclass(frozen=True)
class TrialTable:
    """Scores by seed, their means, and the gains over the baseline and the controls."""

    values: list[SeedValue]
    means: list[Estimate]
    gains: list[Gain]
    notes: list[str]


Statistic = Callable[[Trial, Floats], Floats]


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
    draw = _Draw.of(trials, bootstrap, seed)
    metrics = _metrics(trials)
    replicates = {
        (objective, metric): draw.mean(runs, statistic)
        for objective, runs in table.items()
        for metric, statistic in metrics.items()
    }
    values = [
        SeedValue(run.objective, metric, run.seed, _number(_once(run, statistic)))
        for metric, statistic in metrics.items()
        for runs in table.values()
        for run in runs
    ]
    means = [
        _mean(objective, metric, values, replicates, draw, confidence)
        for objective in table
        for metric in metrics
    ]
    gains = [
        _gain(objective, against, metric, values, replicates, draw, seed, confidence)
        for objective, against in pairs
        for metric in tested
    ]
    return TrialTable(values, means, _judged(gains, threshold), _notes(draw, gains, threshold))


@dataclass(frozen=True, eq=False)
class _Draw:
    """One set of weights for everything: instances (N, B) and seeds (S, B)."""

    instances: Floats
    seeds: Floats
    seed_numbers: tuple[int, ...]

    @classmethod
    def of(cls, trials: Sequence[Trial], bootstrap: int, seed: int) -> _Draw:
        rng = np.random.default_rng(seed)
        numbers = tuple(sorted({trial.seed for trial in trials}))
        n_instances = 1 + max(int(trial.instance.max(initial=-1)) for trial in trials)
        return cls(
            unit_weights(n_instances, bootstrap, rng),
            unit_weights(len(numbers), bootstrap, rng),
            numbers,
        )

    def mean(self, runs: Sequence[Trial], statistic: Statistic) -> Floats:
        """The statistic's mean over seeds under every draw, shape (B,)."""
        by_seed = np.stack([statistic(run, self.instances[run.instance]) for run in runs])
        return weighted_mean(by_seed, self.seeds)


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


def _metrics(trials: Sequence[Trial]) -> dict[str, Statistic]:
    found: dict[str, Statistic] = {"macro F1": _f1, "task AUC": _auc}
    for name in trials[0].per_instance:
        found[name] = _instance_mean(name)
    return found


def _f1(trial: Trial, weights: Floats) -> Floats:
    return macro_f1(trial.truth, trial.probabilities, weights)


def _auc(trial: Trial, weights: Floats) -> Floats:
    return macro_auc(trial.truth, trial.probabilities, weights)


def _instance_mean(name: str) -> Statistic:
    def statistic(trial: Trial, weights: Floats) -> Floats:
        scores = np.repeat(trial.per_instance[name][:, None], weights.shape[1], axis=1)
        return weighted_mean(scores, weights)

    return statistic


def _once(trial: Trial, statistic: Statistic) -> float:
    return float(statistic(trial, np.ones((len(trial.instance), 1)))[0])


def _number(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _seed_scores(values: Sequence[SeedValue], objective: str, metric: str) -> Floats:
    found = [v.value for v in values if v.objective == objective and v.metric == metric]
    return np.array([np.nan if v is None else v for v in found], dtype=np.float64)


def _mean(
    objective: str,
    metric: str,
    values: Sequence[SeedValue],
    replicates: Mapping[tuple[str, str], Floats],
    draw: _Draw,
    confidence: float,
) -> Estimate:
    return estimate(
        metric,
        float(_seed_scores(values, objective, metric).mean()),
        percentile(replicates[objective, metric], confidence),
        confidence=confidence,
        over="seeds",
        scale=SCALE,
        method="mean over seeds; seeds and instances drawn again as crossed clusters",
        n_units=len(draw.instances),
        subject=objective,
    )


def _gain(
    objective: str,
    against: str,
    metric: str,
    values: Sequence[SeedValue],
    replicates: Mapping[tuple[str, str], Floats],
    draw: _Draw,
    seed: int,
    confidence: float,
) -> Gain:
    first = _seed_scores(values, objective, metric)
    second = _seed_scores(values, against, metric)
    flips = compare(first, second, bootstrap=0, seed=seed)
    gap = replicates[objective, metric] - replicates[against, metric]
    spread: Spread = percentile(gap, confidence)
    difference = estimate(
        metric,
        float((first - second).mean()),
        spread,
        confidence=confidence,
        over="seeds",
        scale="difference of means; above 0: the first is higher",
        method=f"paired by seed and instance; sign flips of {counted(len(first), 'seed')}",
        n_units=len(draw.instances),
        subject=objective,
    )
    reach = None if spread.se is None else DETECTABLE * spread.se
    return Gain(difference, against, flips.p_value, 2.0 ** (1 - len(first)), reach, "no verdict")


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
    return "helps" if low > 0 else "hurts"


def _notes(draw: _Draw, gains: Sequence[Gain], threshold: float) -> list[str]:
    n = len(draw.seed_numbers)
    smallest = min(1.0, 2.0 ** (1 - n) * len(gains))
    reach = (
        f"corrected for {counted(len(gains), 'comparison')}, cannot give a p below {smallest:.3g}"
    )
    notes = [f"sign flips of {counted(n, 'seed')}, {reach}"]
    if smallest > threshold:
        wanted = 1 + math.ceil(math.log2(len(gains) / threshold))
        notes.append(f"no verdict is possible at {threshold:g}; that takes {wanted} seeds")
    return notes
