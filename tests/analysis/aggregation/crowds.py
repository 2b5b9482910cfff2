"""Simulated crowds whose truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd


def coins(
    seed: int, units: int = 300, per_unit: int = 5, labels: int = 3
) -> tuple[pd.DataFrame, dict[str, int], dict[str, float]]:
    """Fifteen workers of one accuracy each: table, truth of the units, accuracy of the workers."""
    rng = np.random.default_rng(seed)
    accuracy = {f"w{w}": float(rng.uniform(0.35, 0.95)) for w in range(15)}
    truth = {f"u{u}": int(rng.integers(labels)) for u in range(units)}
    rows = []
    for unit, right in truth.items():
        for w in rng.choice(15, size=per_unit, replace=False):
            wrong = (right + int(rng.integers(1, labels))) % labels
            rows.append((unit, f"w{w}", right if rng.random() < accuracy[f"w{w}"] else wrong))
    return pd.DataFrame(rows, columns=["unit", "worker", "value"]), truth, accuracy


def renamed(table: pd.DataFrame) -> pd.DataFrame:
    """The same table with crowd-kit's names of columns."""
    return table.rename(columns={"unit": "task", "value": "label"})[["task", "worker", "label"]]
