"""One metric of teaching, gathered: every objective's seeds and mean, on one axis."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.report.groups import Group
from analysis.report.plots.intervals import Backdrop, values_of
from analysis.report.plots.seeds import Pair
from analysis.report.svg import Scale, scale_of
from analysis.report.teaching import Difference, Objective, Teaching, TeachingMetric
from analysis.report.verdict import differences_of
from analysis.report.wording import defined
from db.records import Estimate


@dataclass(frozen=True)
class SeedScores:
    """`seeds` and `means` by the objective's name; undefined seeds are left out."""

    teaching: Teaching
    metric: TeachingMetric
    baseline: Objective | None
    seeds: dict[str, dict[int, float]]
    means: dict[str, Group]

    @property
    def scale(self) -> Scale:
        """An axis that holds every seed, mean and interval."""
        seeds = [value for scores in self.seeds.values() for value in scores.values()]
        return scale_of([*values_of(list(self.means.values())), *seeds])

    @property
    def backdrop(self) -> Backdrop:
        """A line at the mean of the baseline."""
        before = self.means[self.baseline.name].value if self.baseline else None
        return Backdrop(lines=() if before is None else (before,))

    def differences(self, objective: Objective) -> list[Difference]:
        """The differences of an objective from the baseline, one per thing resampled."""
        if self.baseline is None:
            return []
        return differences_of(self.teaching, self.metric.name, objective.name, self.baseline.name)

    def pairs(self, objective: Objective) -> list[Pair]:
        """The seeds that both the baseline and the objective have a score for."""
        if self.baseline is None or objective.name == self.baseline.name:
            return []
        before, after = self.seeds[self.baseline.name], self.seeds[objective.name]
        return [Pair(seed, before[seed], after[seed]) for seed in before if seed in after]


def gather(teaching: Teaching, metric: TeachingMetric) -> SeedScores:
    """All that a report shows of one metric."""
    baseline = next((o for o in teaching.objectives if o.role == "baseline"), None)
    seeds = {o.name: _seeds(teaching, metric, o) for o in teaching.objectives}
    means = {o.name: _mean(teaching, metric, o, seeds[o.name]) for o in teaching.objectives}
    return SeedScores(teaching, metric, baseline, seeds, means)


def _seeds(teaching: Teaching, metric: TeachingMetric, objective: Objective) -> dict[int, float]:
    key = (objective.name, metric.name)
    found = {s.seed: s.value for s in teaching.scores if (s.objective, s.metric) == key}
    return {seed: v for seed, v in sorted(found.items()) if v is not None and defined(v)}


def _mean(
    teaching: Teaching, metric: TeachingMetric, objective: Objective, seeds: dict[int, float]
) -> Group:
    """The means given; without any, the plain mean of the seeds, which has no interval."""
    given = [e for e in teaching.means if (e.name, e.subject) == (metric.name, objective.name)]
    mean = sum(seeds.values()) / len(seeds) if seeds else None
    plain = Estimate(metric.name, mean, note="" if seeds else "no seed has a score")
    return Group(metric.name, objective.name, tuple(given or [plain]))
