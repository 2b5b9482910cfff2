"""Crowds whose differences are known, and the draws that tests make them with."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.comparison.conditions import Conditions, conditions_of
from db.ragged import Ragged
from db.records import Marks


def judged(
    rng: np.random.Generator,
    effects: Mapping[str, float],
    *,
    units: int = 60,
    workers: int = 20,
    each: int = 3,
    worker_sd: float = 0.3,
    unit_sd: float = 0.5,
    noise: float = 0.7,
) -> pd.DataFrame:
    """Every unit under every condition, judged by `each` workers drawn for it; the effects are
    added to what unit, worker and chance make. Columns unit, worker, value, condition."""
    unit = rng.normal(0, unit_sd, units)
    worker = rng.normal(0, worker_sd, workers)
    rows = [
        (f"u{u}", f"w{w}", effect + unit[u] + worker[w] + rng.normal(0, noise), name)
        for name, effect in effects.items()
        for u in range(units)
        for w in rng.choice(workers, each, replace=False)
    ]
    return pd.DataFrame(rows, columns=["unit", "worker", "value", "condition"])


def given(table: pd.DataFrame, **more: object) -> Conditions:
    return conditions_of(table, score="rating", scale="points", **more)  # type: ignore[arg-type]


def means_by_hand(table: pd.DataFrame, condition: str) -> pd.Series:
    """Unit → its mean under a condition, as pandas groups it."""
    return table[table["condition"] == condition].groupby("unit")["value"].mean()


def table_of(rows: list[tuple[str, str, float, str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["unit", "worker", "value", "condition"])


def marked(
    rng: np.random.Generator, noises: Mapping[str, float], units: int = 40, workers: int = 12
) -> tuple[dict[str, Ragged], Marks]:
    """Texts of 8 to 20 tokens whose evidence three workers mark, one token in ten wrongly, and maps
    that are the evidence and so much noise."""
    lengths = rng.integers(8, 21, units)
    truth = [rng.random(n) < 0.3 for n in lengths]
    for one in truth:
        one[:2] = True, False
    instance = np.repeat(np.arange(units), 3)
    worker = np.concatenate([rng.choice(workers, 3, replace=False) for _ in range(units)])
    masks = [(truth[i] ^ (rng.random(lengths[i]) < 0.1)).astype("uint8") for i in instance]
    marks = Marks(
        Ragged.from_rows(masks, "uint8"),
        instance.astype(np.int64),
        worker.astype(np.int64),
        tuple(f"i{i}" for i in range(units)),
        tuple(f"w{w}" for w in range(workers)),
        True,
    )
    scores = {
        name: Ragged.from_rows(one + rng.normal(0, noise, len(one)) for one in truth)
        for name, noise in noises.items()
    }
    return scores, marks
