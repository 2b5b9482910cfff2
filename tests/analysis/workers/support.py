"""Crowds for tests of facts about workers: drawn at random, and small ones from hypothesis."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import strategies as st


def crowd(
    rng: np.random.Generator,
    units: int = 120,
    workers: int = 20,
    per_unit: int = 5,
    right: float = 0.75,
    values: int = 2,
) -> pd.DataFrame:
    """Units with a truth (`gold`), judged by different workers who know it with chance `right`."""
    worker = np.argsort(rng.random((units, workers)), axis=1)[:, :per_unit].ravel()
    unit = np.repeat(np.arange(units), per_unit)
    truth = rng.integers(values, size=units)[unit]
    guess = rng.integers(values, size=len(unit))
    value = np.where(rng.random(len(unit)) < right, truth, guess)
    return named(pd.DataFrame({"unit": unit, "worker": worker, "value": value, "gold": truth}))


def named(table: pd.DataFrame) -> pd.DataFrame:
    """The same with names in place of numbers."""
    units = [f"u{unit}" for unit in table["unit"]]
    return table.assign(unit=units, worker=[f"w{worker}" for worker in table["worker"]])


@st.composite
def sparse_tables(draw: st.DrawFn, values: int = 3) -> pd.DataFrame:
    """A table of few judgements with gaps, units of one judgement and workers of one unit."""
    cells = st.tuples(st.integers(0, 7), st.integers(0, 5))
    pairs = draw(st.lists(cells, min_size=1, max_size=30, unique=True))
    answers = draw(st.lists(st.integers(0, values - 1), min_size=len(pairs), max_size=len(pairs)))
    rows = [(unit, worker, value) for (unit, worker), value in zip(pairs, answers, strict=True)]
    return named(pd.DataFrame(rows, columns=["unit", "worker", "value"]))


def rest(table: pd.DataFrame, row: int) -> list[int]:
    """What the unit's other workers said, one row of a table after the other."""
    unit, worker, value = (table[name].to_numpy() for name in ("unit", "worker", "value"))
    others = (unit == unit[row]) & (worker != worker[row])
    return [int(answer) for answer in value[others]]
