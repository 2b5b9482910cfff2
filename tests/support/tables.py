"""Rows of scikit-learn's tables as instances, for models of rows."""

from __future__ import annotations

from functools import cache

from sklearn import datasets

from db.records import Instance
from pipeline.formats.instances import row_instance


@cache
def rows(name: str) -> tuple[Instance, ...]:
    """The rows of "iris" or "breast_cancer" with their labels, each once."""
    data = getattr(datasets, f"load_{name}")()
    made = {}
    for values, target in zip(data.data.tolist(), data.target.tolist(), strict=True):
        features = dict(zip(map(str, data.feature_names), values, strict=True))
        one = row_instance(features, {"label": str(data.target_names[target])})
        made[one.id] = one
    return tuple(made.values())
