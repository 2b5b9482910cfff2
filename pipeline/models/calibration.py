"""How far a classifier's probabilities can be believed.

A prediction's confidence is the probability of the class predicted. Predictions are put into
`BINS` bins of equal width, (0, 1/15], (1/15, 2/15], …, and in each bin the mean confidence is set
beside the share that is right:

    ECE = Σ_b n_b/n · |accuracy_b − confidence_b|

Guo, Pleiss, Sun & Weinberger, "On Calibration of Modern Neural Networks", ICML 2017, with their 15
bins; Naeini, Cooper & Hauskrecht, AAAI 2015. Of few instances the value is biased upwards, since
an empty difference never averages below 0: compare parts of the same size only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.weighted_calibration import BINS, binned


@dataclass(frozen=True)
class Bin:
    """Predictions with a confidence in (low, high]: how many, their mean confidence, share right."""

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


@dataclass(frozen=True)
class Calibration:
    """`ece`: in [0, 1], lower is better; `bins`: those that are not empty, lowest first."""

    ece: float
    bins: tuple[Bin, ...]


def calibration(
    probabilities: NDArray[np.float32], labels: NDArray[np.int64], n_bins: int = BINS
) -> Calibration:
    """Of class probabilities (n, C) against class numbers (n,), n at least 1."""
    sure = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == labels
    edges, places = binned(sure, n_bins)
    counts = np.bincount(places, minlength=n_bins)
    filled = np.flatnonzero(counts)
    confidence = np.bincount(places, sure, n_bins)[filled] / counts[filled]
    accuracy = np.bincount(places, right, n_bins)[filled] / counts[filled]
    found = zip(filled.tolist(), confidence.tolist(), accuracy.tolist(), strict=True)
    bins = tuple(
        Bin(float(edges[at]), float(edges[at + 1]), int(counts[at]), sure_of, share)
        for at, sure_of, share in found
    )
    gaps = np.abs(accuracy - confidence)
    return Calibration(float((gaps * counts[filled]).sum() / len(labels)), bins)
