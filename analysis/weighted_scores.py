"""Task scores under bootstrap weights: one value per column of weights, no loop over replicates.

`weights`: shape (m, B), how often each of m instances counts in each of B replicates.
"""

from __future__ import annotations

import numpy as np

from analysis.arrays import Floats, Ints


def weighted_mean(scores: Floats, weights: Floats) -> Floats:
    """Column by column, the mean of the defined scores: both (m, B) → (B,), NaN without any."""
    defined = np.isfinite(scores)
    total = np.where(defined, weights, 0.0).sum(axis=0)
    summed = np.where(defined, scores * weights, 0.0).sum(axis=0)
    with np.errstate(invalid="ignore"):
        return np.asarray(summed / np.where(total > 0, total, np.nan), dtype=np.float64)


def macro_f1(truth: Ints, probabilities: Floats, weights: Floats) -> Floats:
    """Macro F1 of the most probable class, (B,), in [0, 1].

    The mean is over the classes that are true or predicted in the replicate, as scikit-learn
    takes it.
    """
    predicted = probabilities.argmax(axis=1)
    scores = []
    for number in range(probabilities.shape[1]):
        is_true, is_said = truth == number, predicted == number
        hits = weights[is_true & is_said].sum(axis=0)
        either = weights[is_true].sum(axis=0) + weights[is_said].sum(axis=0)
        scores.append(2 * hits / np.where(either > 0, either, np.nan))
    return _mean_of_defined(scores)


def macro_auc(truth: Ints, probabilities: Floats, weights: Floats) -> Floats:
    """Mean of each class against the rest, (B,), in [0, 1], .5 is chance.

    Classes that a replicate has all or none of are left out; NaN where that leaves none. For two
    classes both directions are the same number.
    """
    return _mean_of_defined(
        [
            binary_auc(truth == number, probabilities[:, number], weights)
            for number in range(probabilities.shape[1])
        ]
    )


def binary_auc(positive: np.ndarray, scores: Floats, weights: Floats) -> Floats:
    """Probability that a positive scores above a negative, ties counting half: (B,)."""
    _, group = np.unique(scores, return_inverse=True)
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    up = np.add.reduceat(weights[order] * positive[order, None], starts, axis=0)
    down = np.add.reduceat(weights[order] * ~positive[order, None], starts, axis=0)
    below = np.cumsum(down, axis=0) - down
    won = (up * (below + down / 2)).sum(axis=0)
    games = up.sum(axis=0) * down.sum(axis=0)
    return np.asarray(won / np.where(games > 0, games, np.nan), dtype=np.float64)


def _mean_of_defined(scores: list[Floats]) -> Floats:
    stacked = np.stack(scores)
    return weighted_mean(stacked, np.ones_like(stacked))
