"""How far a classifier's probabilities can be believed, instance by instance and under weights.

`truth`: int64, shape (m,), class numbers; `probabilities`: shape (m, C), rows summing to 1;
`weights`: shape (m, B), how often each instance counts in each of B bootstrap replicates. For all
three lower is better.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.arrays import Floats, Ints, divide, incidence

BINS = 15
SMALLEST = float(np.finfo(np.float32).tiny)
"""A probability that underflowed is not impossible: the loss of one is bounded here, at 87.3."""


def binned(sure: Floats, n_bins: int = BINS) -> tuple[Floats, Ints]:
    """Edges of bins of equal width, (n_bins + 1,), and the bin of each confidence, (m,).

    A bin is open below and closed above, but for the first, which has 0 too.
    """
    edges = np.linspace(0, 1, n_bins + 1)
    return edges, np.clip(np.searchsorted(edges, sure, side="left") - 1, 0, n_bins - 1)


def brier(truth: Ints, probabilities: Floats) -> Floats:
    """Σ_c (p_c − 1[c is true])², shape (m,), 0 to 2.

    Source: Brier, "Verification of forecasts expressed in terms of probability", 1950, whose score
    sums over all classes: for two classes it is twice what is often called so.
    """
    true = np.arange(probabilities.shape[1]) == truth[:, None]
    return np.asarray(((probabilities - true) ** 2).sum(axis=1), dtype=np.float64)


def log_loss(truth: Ints, probabilities: Floats | NDArray[np.float32]) -> Floats:
    """−log p of the true class in nats, shape (m,), 0 and above (Good 1952)."""
    of_truth = probabilities[np.arange(len(truth)), truth].astype(np.float64)
    return np.asarray(-np.log(np.maximum(of_truth, SMALLEST)), dtype=np.float64)


def calibration_error(truth: Ints, probabilities: Floats, weights: Floats) -> Floats:
    """Expected calibration error: Σ_b n_b/n · |accuracy_b − confidence_b|, shape (B,), 0 to 1.

    The confidence is the probability of the class predicted; bins are 15 of equal width, (0, 1/15],
    (1/15, 2/15], …. n_b · (accuracy_b − confidence_b) is the sum of right − confidence over the
    bin, which weights enter linearly: one product for all replicates. NaN where no instance has
    any weight. Of few instances it is biased upwards, and more so when they are drawn again, so an
    interval may lie above its value. Source: Guo et al., ICML 2017; Naeini et al., AAAI 2015.
    """
    sure = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == truth
    _, places = binned(sure)
    gaps = incidence(places, np.arange(len(sure)), (BINS, len(sure)), right - sure) @ weights
    return divide(np.abs(gaps).sum(axis=0), weights.sum(axis=0))
