"""The metrics of a trained run as statistics under weights: one value a column, no loop over draws.

Weights: shape (m, B), how often each of a run's m test instances counts in each of B replicates.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from analysis.arrays import Floats, divide
from analysis.trial_metrics import CHANCE, NORMALISED, PEOPLE, metrics_of
from analysis.trial_results import Trial
from analysis.weighted_calibration import brier, calibration_error, log_loss
from analysis.weighted_scores import macro_auc, macro_f1

Statistic = Callable[[Trial, Floats], Floats]
"""(a run, weights (m, B)) → values (B,), NaN where undefined."""


def statistics_of(trials: Sequence[Trial]) -> dict[str, Statistic]:
    """Metric → statistic: what follows from predictions, then what any run has of its instances.

    A score X that comes with X_chance and X_people has X_normalised too. Metrics stand in the
    order of `analysis.trial_metrics.METRICS`, those that are not listed there last.
    """
    found: dict[str, Statistic] = {
        "macro F1": lambda t, w: macro_f1(t.truth, t.probabilities, w),
        "task AUC": lambda t, w: macro_auc(t.truth, t.probabilities, w),
        "brier": lambda t, w: mean_under(brier(t.truth, t.probabilities), w),
        "log loss": lambda t, w: mean_under(log_loss(t.truth, t.probabilities), w),
        "ECE": lambda t, w: calibration_error(t.truth, t.probabilities, w),
    }
    names = list(dict.fromkeys(name for trial in trials for name in trial.per_instance))
    for name in names:
        if not name.endswith((CHANCE, PEOPLE)):
            found[name] = mean_of(name)
            if {name + CHANCE, name + PEOPLE} <= set(names):
                found[name + NORMALISED] = _normalised(name)
    listed = [metric.name for metric in metrics_of(found)]
    return {name: found[name] for name in [*listed, *(n for n in found if n not in listed)]}


def mean_of(name: str) -> Statistic:
    """The mean of a score over the instances that have it; NaN where a run has it of none."""
    return lambda trial, weights: mean_under(of(trial, name), weights)


def gap_of(name: str) -> Statistic:
    """What people have above the constant map, over the instances where score and both are
    defined."""

    def statistic(trial: Trial, weights: Floats) -> Floats:
        _, floor, ceiling = _three(trial, name, weights)
        return np.asarray(ceiling - floor, dtype=np.float64)

    return statistic


def of(trial: Trial, name: str) -> Floats:
    """A score of every instance: shape (m,), NaN where the run does not have it."""
    nothing = np.full(len(trial.instance), np.nan)
    return np.asarray(trial.per_instance.get(name, nothing), dtype=np.float64)


def mean_under(scores: Floats, weights: Floats) -> Floats:
    """Mean of the defined scores, (m,), under weights: shape (B,); NaN without any."""
    there = np.isfinite(scores)
    return divide(np.where(there, scores, 0.0) @ weights, there.astype(np.float64) @ weights)


def _normalised(name: str) -> Statistic:
    """(score − chance) / (people − chance), of means over the same instances; never clipped.

    0 is the constant map, 1 is people; NaN where people are not above it. As
    `analysis.alignment.normalised` does, which see.
    """

    def statistic(trial: Trial, weights: Floats) -> Floats:
        score, floor, ceiling = _three(trial, name, weights)
        return divide(score - floor, ceiling - floor)

    return statistic


def _three(trial: Trial, name: str, weights: Floats) -> Floats:
    """Means of score, chance and people, shape (3, B), over the instances that have all three."""
    table = np.stack([of(trial, name), of(trial, name + CHANCE), of(trial, name + PEOPLE)])
    shared = np.isfinite(table).all(axis=0)
    means = [mean_under(np.where(shared, row, np.nan), weights) for row in table]
    return np.stack(means)
