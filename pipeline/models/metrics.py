"""How well a classifier does on labelled instances."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score, roc_auc_score  # type: ignore[import-untyped]

from analysis.weighted_calibration import log_loss


@dataclass(frozen=True)
class Metrics:
    """All in [0, 1], higher is better, but `loss` (mean cross-entropy in nats, lower is better).

    `macro_f1` is over the labels that are true or predicted anywhere. `auc` is the mean of one
    label against the rest, over labels that some instances have and others have not; NaN where
    there is no such label.
    """

    accuracy: float
    macro_f1: float
    auc: float
    loss: float

    def named(self, part: str) -> dict[str, float]:
        """`part_accuracy` and so on, without what is undefined and without the loss."""
        values = {"accuracy": self.accuracy, "macro_f1": self.macro_f1, "auc": self.auc}
        return {f"{part}_{name}": value for name, value in values.items() if not math.isnan(value)}


def classification_metrics(
    probabilities: NDArray[np.float32], labels: NDArray[np.int64]
) -> Metrics:
    """Metrics of class probabilities (n, C) against class numbers (n,), n at least 1."""
    predicted = probabilities.argmax(axis=1)
    return Metrics(
        accuracy=float((predicted == labels).mean()),
        macro_f1=float(f1_score(labels, predicted, average="macro")),
        auc=_auc(probabilities, labels),
        loss=float(log_loss(labels, probabilities).mean()),
    )


def _auc(probabilities: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    values = [
        float(roc_auc_score(labels == number, probabilities[:, number]))
        for number in range(probabilities.shape[1])
        if 0 < (labels == number).sum() < len(labels)
    ]
    return float(np.mean(values)) if values else math.nan
