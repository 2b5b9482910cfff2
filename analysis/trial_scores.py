"""Every metric of every objective under the same draws: means and differences with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.alignment.floors import CONSTANT
from analysis.alignment.floors import PEOPLE as SUBJECT_PEOPLE
from analysis.alignment.normalised import UNCLEAR
from analysis.arrays import Floats, Ints
from analysis.intervals import Spread, estimate, percentile, unit_weights
from analysis.significance import EXACT_CLUSTERS, FLIPS, compare
from analysis.trial_metrics import CHANCE, NORMALISED, PEOPLE, scale_of
from analysis.trial_results import Gain, SeedValue, Trial
from analysis.trial_statistics import Statistic, gap_of, mean_of
from analysis.weighted_scores import weighted_mean
from db.records import Estimate
from db.words import counted

DETECTABLE = 2.8016
"""z₀.₉₇₅ + z₀.₈: how many standard errors are found with power .8 at the 5% level."""
NOT_TESTED = "not tested"
CROSSED = "mean over seeds; seeds and instances drawn again as crossed clusters"


@dataclass(frozen=True, eq=False)
class Draw:
    """One set of weights for everything: instances (N, B) and seeds (S, B).

    `numbers`: the instances that any run was tested on, (N,), sorted.
    """

    numbers: Ints
    instances: Floats
    seeds: Floats
    seed_numbers: tuple[int, ...]

    @classmethod
    def of(cls, trials: Sequence[Trial], bootstrap: int, seed: int) -> Draw:
        rng = np.random.default_rng(seed)
        seeds = tuple(sorted({trial.seed for trial in trials}))
        numbers = np.unique(np.concatenate([trial.instance for trial in trials]))
        return cls(
            numbers,
            unit_weights(len(numbers), bootstrap, rng),
            unit_weights(len(seeds), bootstrap, rng),
            seeds,
        )

    def means(
        self, runs: Sequence[Trial], statistics: Mapping[str, Statistic]
    ) -> dict[str, Floats]:
        """Every statistic's mean over seeds under every draw, shape (B,) each."""
        by_seed = []
        for run in runs:
            weights = self.instances[np.searchsorted(self.numbers, run.instance)]
            by_seed.append({name: one(run, weights) for name, one in statistics.items()})
        return {
            name: weighted_mean(np.stack([found[name] for found in by_seed]), self.seeds)
            for name in statistics
        }


@dataclass(frozen=True, eq=False)
class Scored:
    """Every metric of every objective: by seed, under every draw, and the reason where a metric is
    blank. `values`, `blank`: metric → reason; `replicates`: (objective, metric) → shape (B,)."""

    metrics: tuple[str, ...]
    values: list[SeedValue]
    replicates: Mapping[tuple[str, str], Floats]
    blank: Mapping[str, str]
    draw: Draw
    confidence: float

    def seeds(self, objective: str, metric: str) -> Floats:
        """The metric of every seed, NaN where undefined: shape (S,)."""
        found = [v.value for v in self.values if (v.objective, v.metric) == (objective, metric)]
        return np.array([np.nan if v is None else v for v in found], dtype=np.float64)

    def mean(self, objective: str, metric: str) -> Estimate:
        """The mean over seeds with its interval."""
        return estimate(
            metric,
            float(self.seeds(objective, metric).mean()),
            self._spread(metric, self.replicates[objective, metric]),
            confidence=self.confidence,
            over="seeds",
            scale=scale_of(metric),
            method=CROSSED,
            n_units=len(self.draw.instances),
            subject=objective,
        )

    def gain(self, objective: str, against: str, metric: str, seed: int) -> Gain:
        """The difference with the p-value of sign flips; judged later, over the whole table."""
        first, second = self.seeds(objective, metric), self.seeds(against, metric)
        flips = compare(first, second, bootstrap=0, seed=seed)
        found = self.difference(objective, against, metric)
        method = f"{found.estimate.method}; sign flips of {counted(len(first), 'seed')}"
        tested = replace(found.estimate, method=method)
        p = None if found.estimate.value is None else flips.p_value
        least = 1.0 if flips.smallest_p is None else flips.smallest_p
        return Gain(tested, against, p, least, found.detectable, "no verdict")

    def difference(self, objective: str, against: str, metric: str) -> Gain:
        """The difference with its interval, not tested."""
        gap = self.replicates[objective, metric] - self.replicates[against, metric]
        spread = self._spread(metric, gap)
        found = estimate(
            metric,
            float((self.seeds(objective, metric) - self.seeds(against, metric)).mean()),
            spread,
            confidence=self.confidence,
            over="seeds",
            scale="difference of means; above 0: the first is higher",
            method="paired by seed and instance",
            n_units=len(self.draw.instances),
            subject=objective,
        )
        reach = None if spread.se is None else DETECTABLE * spread.se
        return Gain(found, against, None, 1.0, reach, NOT_TESTED)

    def _spread(self, metric: str, replicates: Floats) -> Spread:
        if metric in self.blank:
            return Spread(note=self.blank[metric])
        return percentile(replicates, self.confidence)


def least_p(n_seeds: int) -> float:
    """The least that sign flips of so many seeds can say: of many, not every flip is tried."""
    return 2.0 ** (1 - n_seeds) if n_seeds <= EXACT_CLUSTERS else 1 / (1 + FLIPS)


def scored(
    table: Mapping[str, Sequence[Trial]],
    statistics: Mapping[str, Statistic],
    draw: Draw,
    confidence: float,
) -> Scored:
    means = {objective: draw.means(runs, statistics) for objective, runs in table.items()}
    blank = _blank(table, statistics, draw, confidence)
    values = [
        SeedValue(
            objective, metric, run.seed, None if metric in blank else _number(_once(run, statistic))
        )
        for metric, statistic in statistics.items()
        for objective, runs in table.items()
        for run in runs
    ]
    replicates = {(o, metric): found for o, own in means.items() for metric, found in own.items()}
    return Scored(tuple(statistics), values, replicates, blank, draw, confidence)


def _blank(
    table: Mapping[str, Sequence[Trial]],
    statistics: Mapping[str, Statistic],
    draw: Draw,
    confidence: float,
) -> dict[str, str]:
    """Normalised metrics where people are not clearly above chance, as `konkyo align` leaves them
    blank: the interval of people − chance must lie above 0 for every objective."""
    named = [name for name in statistics if name.endswith(NORMALISED)]
    gaps = {name: gap_of(name.removesuffix(NORMALISED)) for name in named}
    blank: dict[str, str] = {}
    for runs in table.values():
        for name, gap in draw.means(runs, gaps).items():
            low = percentile(gap, confidence).low
            if len(gap) < 2:  # nothing is drawn again: the plain difference has to do
                low = float(np.mean([_once(run, gaps[name]) for run in runs]))
            if low is None or not low > 0:
                blank[name] = UNCLEAR
    return blank


def beside(runs: Sequence[Trial], draw: Draw, confidence: float) -> list[Estimate]:
    """Chance and people, of the runs of one objective: they are the same for all."""
    names = list(dict.fromkeys(name for run in runs for name in run.per_instance))
    subjects = {CHANCE: CONSTANT, PEOPLE: SUBJECT_PEOPLE}
    wanted = {n: mean_of(n) for end in subjects for n in names if n.endswith(end)}
    drawn = draw.means(runs, wanted)
    found = []
    for name, statistic in wanted.items():
        end = CHANCE if name.endswith(CHANCE) else PEOPLE
        metric = name.removesuffix(end)
        found.append(
            estimate(
                metric,
                float(np.mean([_once(run, statistic) for run in runs])),
                percentile(drawn[name], confidence),
                confidence=confidence,
                over="seeds",
                scale=scale_of(metric),
                method=CROSSED,
                n_units=len(draw.instances),
                subject=subjects[end],
            )
        )
    return found


def _once(trial: Trial, statistic: Statistic) -> float:
    return float(statistic(trial, np.ones((len(trial.instance), 1)))[0])


def _number(value: float) -> float | None:
    return value if np.isfinite(value) else None
