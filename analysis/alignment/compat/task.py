"""The task and faithfulness to the model, from class probabilities, as ERASER's scorer has them.

Source: DeYoung et al. (2020), "ERASER", section 4.2, and its scorer. Probabilities come from the
file; nothing is run again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.stats import entropy  # type: ignore[import-untyped]
from sklearn import metrics  # type: ignore[import-untyped]

from analysis.alignment.compat.base import (
    DIFFERENCE_SCALE,
    DIVERGENCE_SCALE,
    DROP_SCALE,
    SUFFICIENCY_SCALE,
    Classes,
    CompatScore,
    Removed,
    scored,
)
from analysis.arrays import Floats
from db.ragged import Ragged
from db.words import counted

AOPC = (0.01, 0.05, 0.1, 0.2, 0.5)
"""The shares of tokens over which the scorer averages unless told otherwise."""

BEFORE = "classification_scores."


def task_scores(classes: Classes) -> list[CompatScore]:
    """Accuracy, precision, recall and F1, comprehensiveness, sufficiency and their kin."""
    found = labels_scores(classes)
    for name, removed, scale in (
        ("comprehensiveness", classes.comprehensiveness, DROP_SCALE),
        ("sufficiency", classes.sufficiency, SUFFICIENCY_SCALE),
    ):
        found += removal_scores(classes, name, removed, scale)
    return found + aopc_scores(classes)


def labels_scores(classes: Classes) -> list[CompatScore]:
    """Predicted labels against the annotations'. Undefined where the scorer would stop."""
    why = _stops(classes)
    if why:
        return [scored(BEFORE + "accuracy", None, why=why)]
    truth, said = list(classes.gold), list(classes.said)
    n = len(truth)
    found = [scored(BEFORE + "accuracy", float(metrics.accuracy_score(truth, said)), n=n)]
    report: Mapping[str, Any] = metrics.classification_report(
        truth, said, output_dict=True, zero_division=0.0
    )
    for label, row in report.items():
        if isinstance(row, Mapping):
            found += [
                scored(f"{BEFORE}prf.{label}.{name}", float(row[name]), n=int(row["support"]))
                for name in ("precision", "recall", "f1-score")
            ]
    return found


def _stops(classes: Classes) -> str:
    """Why the scorer would end with an error, "" where it would not."""
    missing = sum(label is None for label in classes.said)
    if missing:
        lost = counted(missing, "annotation has", "annotations have")
        return f"the reference stops: {lost} no result"
    strange = sum(label not in set(classes.gold) for label in set(classes.said))
    labels = counted(strange, "predicted label is", "predicted labels are")
    return f"the reference stops: {labels} no annotation's" if strange else ""


def removal_scores(
    classes: Classes, name: str, removed: Removed | None, scale: str
) -> list[CompatScore]:
    """The drop of the predicted class, the difference of entropies, and the divergence."""
    if removed is None:
        return []
    n = len(classes.full)
    drops = predicted(classes, classes.full) - predicted(classes, removed.aligned)
    entropies = entropy_rows(classes.full) - entropy_rows(removed.own)
    return [
        scored(BEFORE + name, float(np.average(drops)), name, scale=scale, n=n),
        scored(
            f"{BEFORE}{name}_entropy", float(np.average(entropies)), scale=DIFFERENCE_SCALE, n=n
        ),
        scored(
            f"{BEFORE}{name}_kl",
            float(np.average(entropy_rows(removed.aligned, classes.full))),
            scale=DIVERGENCE_SCALE,
            n=n,
            why="infinite or undefined: a class has probability 0",
        ),
    ]


def aopc_scores(classes: Classes) -> list[CompatScore]:
    """The mean drop over the scorer's five shares, and the drop at each of them."""
    found = classes.thresholded
    if found is None:
        return []
    kept = np.isin(found.thresholds, AOPC)
    names = (
        ("comprehensiveness", found.without, DROP_SCALE),
        ("sufficiency", found.only, SUFFICIENCY_SCALE),
    )
    if int(kept.sum()) != len(AOPC):
        why = f"the reference stops: not every share of {', '.join(map(str, AOPC))} is there"
        return [
            scored(f"{BEFORE}{name}_aopc", None, scale=scale, why=why) for name, _, scale in names
        ]
    full, scores = predicted(classes, classes.full), []
    for name, after, scale in names:
        drops = np.ascontiguousarray(full[:, None] - after[:, kept])
        ours, n = f"{name}_aopc", len(drops)
        scores.append(
            scored(f"{BEFORE}{name}_aopc", float(np.average(drops)), ours, scale=scale, n=n)
        )
        for share, value in zip(AOPC, np.average(drops, axis=0).tolist(), strict=True):
            scores.append(scored(f"{BEFORE}{name}_aopc_points[{share}]", value, scale=scale, n=n))
    return scores


def predicted(classes: Classes, probabilities: Ragged) -> Floats:
    """The probability of the predicted class: float64, shape (n,)."""
    flat = probabilities.values.astype(np.float64)
    return np.asarray(flat[probabilities.offsets[:-1] + classes.predicted])


def entropy_rows(p: Ragged, q: Ragged | None = None) -> Floats:
    """Entropy of each row in nats, or its divergence from the row of `q`: shape (n,).

    Rows are made to sum to 1, as scipy does. Rows of one length are one array, whose rows scipy
    adds as it adds a single one.
    """
    out, lengths = np.full(len(p), np.nan), p.lengths
    for length in np.unique(lengths[lengths > 0]).tolist():
        rows = np.flatnonzero(lengths == length)
        place = p.offsets[rows][:, None] + np.arange(length)
        tables = [one.values.astype(np.float64)[place] for one in (p, q) if one is not None]
        with np.errstate(invalid="ignore", divide="ignore"):
            out[rows] = entropy(*tables, axis=1)
    return out
