"""Small golds and cuts for tests of one family at a time."""

from __future__ import annotations

import numpy as np

from analysis.alignment.base import Cut, Family, Golds, Ties
from analysis.alignment.compared import Compared, alone
from analysis.alignment.order import order_of
from db.ragged import Ragged


def golds_from(rows: list[list[float]]) -> Golds:
    """One gold per instance, written out."""
    values = Ragged.from_rows([np.array(row) for row in rows], "float64")
    nobody = np.full(len(rows), -1)
    token, instance = np.arange(len(values.values)), np.arange(len(rows))
    return Golds(values, token, instance, nobody, nobody)


def random_golds(rng: np.random.Generator, rows: int, soft: bool = False) -> Golds:
    """Golds of 1 … 9 tokens; soft ones are shares of four workers."""
    lengths = rng.integers(1, 10, size=rows)
    levels = 5 if soft else 2
    return golds_from([(rng.integers(levels, size=n) / (levels - 1)).tolist() for n in lengths])


def flat(rows: list[list[float]]) -> np.ndarray:
    """Scores of all tokens end to end."""
    return np.array([value for row in rows for value in row], dtype=np.float64)


def random_scores(rng: np.random.Generator, golds: Golds, levels: int = 0) -> np.ndarray:
    """A score per gold token; whole numbers below `levels`, if given, so that many tie."""
    n = len(golds.flat)
    return rng.integers(levels, size=n).astype(np.float64) if levels else rng.normal(size=n)


def laid(scores: np.ndarray, golds: Golds) -> Compared:
    """A map with a row a gold, against the golds."""
    return alone(golds, order_of(scores, golds.values.offsets))


def scored(family: Family, scores: np.ndarray, golds: Golds, at: Cut) -> dict[str, np.ndarray]:
    """Metric → the score of a map against each gold."""
    return {name: each.value for name, each in family.score(laid(scores, golds), at).items()}


def best_of(family: Family, golds: Golds, at: Cut) -> dict[str, np.ndarray]:
    """Metric → the best possible score against each gold."""
    return {name: each.value for name, each in family.oracle(golds, at).items()}


def rows_of(values: np.ndarray, golds: Golds) -> list[np.ndarray]:
    """Flat values cut into the golds' rows."""
    return np.split(values, golds.values.offsets[1:-1])


def cut(k: list[int] | np.ndarray, ties: Ties = "position", seed: int = 0) -> Cut:
    return Cut(np.asarray(k, dtype=np.int64), ties, seed)
