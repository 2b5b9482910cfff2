"""What is recorded of a trained model on a part of the data: metrics, calibration, confusion."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix  # type: ignore[import-untyped]

from pipeline.models.calibration import Calibration, calibration
from pipeline.models.metrics import Metrics, classification_metrics


@dataclass(frozen=True, eq=False)
class Judged:
    """`confusion`: int64, shape (C, C): instances of each true class (rows) by class predicted."""

    metrics: Metrics
    calibration: Calibration
    confusion: NDArray[np.int64]

    def named(self, part: str, labels: Sequence[str]) -> dict[str, float]:
        """Flat numbers, such as `test_accuracy`, `test_ece`, `test_recall_LABEL`.

        What is undefined is absent: the precision of a class that was never predicted, the recall
        of one that no instance has, F1 where both are so.
        """
        found = {**self.metrics.named(part), f"{part}_ece": self.calibration.ece}
        right = self.confusion.diagonal()
        predicted, true = self.confusion.sum(axis=0), self.confusion.sum(axis=1)
        per_class = {
            "precision": (right, predicted),
            "recall": (right, true),
            "f1": (2 * right, predicted + true),
        }
        for name, (above, below) in per_class.items():
            for label, over, under in zip(labels, above.tolist(), below.tolist(), strict=True):
                if under:
                    found[f"{part}_{name}_{label}"] = over / under
        return found

    def table(self) -> dict[str, object]:
        """The confusion matrix and the reliability table, for JSON."""
        return {
            "confusion": self.confusion.tolist(),
            "reliability": [asdict(one) for one in self.calibration.bins],
        }


def judge(probabilities: NDArray[np.float32], labels: NDArray[np.int64]) -> Judged:
    """Of class probabilities (n, C) against class numbers (n,), n at least 1."""
    classes = np.arange(probabilities.shape[1])
    return Judged(
        classification_metrics(probabilities, labels),
        calibration(probabilities, labels),
        confusion_matrix(labels, probabilities.argmax(axis=1), labels=classes),
    )


def evaluation(judged: Mapping[str, Judged], labels: Sequence[str]) -> str:
    """The tables of all parts as JSON: rows of a confusion matrix are true, columns predicted."""
    parts = {part: one.table() for part, one in judged.items()}
    tables = {"labels": list(labels), "parts": parts}
    return json.dumps(tables, indent=1, ensure_ascii=False, allow_nan=False)
