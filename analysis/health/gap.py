"""The generalisation gap: how much better a model does on what it learned from.

Accuracy and loss are means over instances, so their gaps have Welch's interval (1947): other
instances drawn for both parts, the model as it is. F1 and AUC are none, and have no interval here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import special  # type: ignore[import-untyped]

from analysis.arrays import Floats
from analysis.intervals import Spread, estimate
from analysis.weighted_calibration import log_loss
from db.errors import DataError
from db.records import Estimate

SCALE = {
    "loss": "nats, train − other; below 0 the model does better on what it learned from",
    "": "−1 to 1, train − other; above 0 the model does better on what it learned from",
}


def gaps(
    train: tuple[ArrayLike, ArrayLike],
    other: tuple[ArrayLike, ArrayLike],
    subject: str,
    confidence: float = 0.95,
) -> list[Estimate]:
    """`gap_accuracy` and `gap_loss` of one part.

    `train`, `other`: class probabilities (n, C) and class numbers (n,). None, and the reason, where
    a part is empty. The gap has no interval where a part has one instance, or where neither varies.
    """
    found = []
    first, second = _of_instances(*train), _of_instances(*other)
    for name in ("accuracy", "loss"):
        a, b = first[name], second[name]
        fields: dict[str, Any] = {
            "scale": SCALE.get(name, SCALE[""]),
            "method": "difference of means, Welch's interval",
            "subject": subject,
            "confidence": confidence,
            "n_units": len(b),
        }
        if not len(a) or not len(b):
            found.append(Estimate(f"gap_{name}", None, note="a part has no instances", **fields))
            continue
        spread = welch(a, b, confidence)
        value = float(a.mean() - b.mean())
        found.append(estimate(f"gap_{name}", value, spread, over="units", **fields))
    return found


def plain_gap(name: str, train: float | None, other: float | None, subject: str) -> Estimate:
    """The gap of a metric that is no mean over instances; None where either is undefined."""
    fields: dict[str, Any] = {"scale": SCALE[""], "subject": subject, "method": "difference"}
    if train is None or other is None:
        return Estimate(f"gap_{name}", None, note="undefined on a part with one label", **fields)
    return Estimate(f"gap_{name}", train - other, **fields)


def welch(first: Floats, second: Floats, confidence: float = 0.95) -> Spread:
    """The interval of mean(first) − mean(second), by Student's t with Welch's degrees of freedom."""
    if min(len(first), len(second)) < 2:
        return Spread(note="no interval: a part has one instance")
    parts = [float(x.var(ddof=1)) / len(x) for x in (first, second)]
    total = sum(parts)
    if total == 0:
        return Spread(note="no interval: all instances of a part are alike")
    freedom = total**2 / sum(
        v**2 / (len(x) - 1) for v, x in zip(parts, (first, second), strict=True)
    )
    se, value = math.sqrt(total), float(first.mean() - second.mean())
    half = se * float(special.stdtrit(freedom, (1 + confidence) / 2))
    return Spread(se, value - half, value + half)


def _of_instances(probabilities: ArrayLike, labels: ArrayLike) -> Mapping[str, Floats]:
    """Right or wrong, and the loss in nats, float64 (n,) each."""
    given, of = np.asarray(probabilities, np.float64), np.asarray(labels, np.int64)
    if given.ndim != 2 or of.shape != given.shape[:1]:
        raise DataError(f"probabilities of shape {given.shape} do not go with labels of {of.shape}")
    right = given.argmax(axis=1) == of if len(of) else np.zeros(0)
    return {"accuracy": np.asarray(right, np.float64), "loss": log_loss(of, given)}
