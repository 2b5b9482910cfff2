"""How far apart the classes lie in a layer, over how far their members lie from their centre.

between = mean over pairs of classes of the Euclidean distance of their centres; within = mean over
classes of the mean distance of their members from the centre, times √(n / (n − 1)), since a centre
is drawn towards the few that make it. The ratio has no unit, so layers can be compared: features
that are no help leave it at a value near 0 that falls with the number of instances, and layers that
tell classes apart raise it. It is a plain relative of Fisher's discriminant (1936), of distances
rather than of squares, so that one outlier does not decide.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from analysis.arrays import Floats, Ints
from db.errors import DataError
from db.records import Estimate

NAME = "class_distance"
SCALE = "0 or more, higher: classes lie further apart"
METHOD = "mean distance between class centres / mean distance of members from their centre"


def class_distance(features: ArrayLike, labels: ArrayLike, subject: str = "") -> Estimate:
    """`features`: shape (N, D); `labels`: int, shape (N,). 0 or more, higher is further apart.

    None, and the reason: fewer than two classes of two members each, of which alone it can be said
    how far members scatter; no scatter at all; features that are not finite. Classes of one member
    are left out, and the note counts them.
    """
    values, of = np.asarray(features, np.float64), np.asarray(labels)
    if values.ndim != 2 or of.shape != values.shape[:1]:
        raise DataError(f"features of shape {values.shape} do not go with labels of {of.shape}")
    known, code, counts = np.unique(of, return_inverse=True, return_counts=True)
    kept = counts > 1
    lone = int((~kept).sum())
    note = f"{lone} of {len(known)} classes left out: one instance each" if lone else ""
    fields: dict[str, Any] = {"scale": SCALE, "method": METHOD, "subject": subject}
    fields["n_units"] = int(counts[kept].sum())
    if not np.isfinite(values).all():
        return Estimate(NAME, None, note="a feature is not a finite number", **fields)
    if kept.sum() < 2:
        why = "fewer than two classes have two instances or more"
        return Estimate(NAME, None, note=why, **fields)
    between, within = _distances(values, code.astype(np.int64), counts, kept)
    if within == 0:
        why = "all instances of a class are alike here: there is no scatter to compare with"
        return Estimate(NAME, None, note=why, **fields)
    return Estimate(NAME, between / within, note=note, **fields)


def _distances(values: Floats, code: Ints, counts: Ints, kept: np.ndarray) -> tuple[float, float]:
    """Between and within; `code`: int64 (N,), which class; `kept`: bool (K,)."""
    centres = np.zeros((len(counts), values.shape[1]))
    np.add.at(centres, code, values)
    centres /= counts[:, None]
    away = np.linalg.norm(values - centres[code], axis=1)
    scatter = np.bincount(code, away, len(counts)) / counts
    unbiased = scatter[kept] * np.sqrt(counts[kept] / (counts[kept] - 1))
    left = centres[kept]
    between = [
        float(np.linalg.norm(left[a] - left[b])) for a, b in combinations(range(len(left)), 2)
    ]
    return float(np.mean(between)), float(unbiased.mean())
