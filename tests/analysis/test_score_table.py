"""Weighted means of precomputed scores, against loops."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analysis.resampling import Weights
from analysis.score_table import ScoreBoard, ScoreTable, means_over_instances


def loop_mean(table: ScoreTable, units: np.ndarray, workers: np.ndarray) -> float:
    """Mean over instances of the weighted mean of their scores, one number at a time."""
    total, weight = 0.0, 0.0
    for i in range(table.n_instances):
        above = below = 0.0
        for r in np.flatnonzero((table.instance == i) & np.isfinite(table.scores)):
            w = np.prod([workers[index[r]] for index in table.workers]) if table.workers else 1.0
            above, below = above + w * table.scores[r], below + w
        if below > 0:
            total, weight = total + units[i] * above / below, weight + units[i]
    return total / weight if weight else float("nan")


@given(st.integers(0, 10_000), st.integers(0, 2))
def test_means_equal_those_of_a_loop(seed: int, kinds: int) -> None:
    rng = np.random.default_rng(seed)
    rows, instances = 14, 5
    scores = np.where(rng.random(rows) < 0.2, np.nan, rng.normal(size=rows))
    workers = tuple(rng.integers(4, size=rows) for _ in range(kinds))
    table = ScoreTable(scores, rng.integers(instances, size=rows), workers, instances)
    units, weights = rng.integers(3, size=(instances, 6)), rng.integers(3, size=(4, 6))
    ours = table.mean(Weights(units.astype(float), weights.astype(float)))
    for b in range(6):
        expected = loop_mean(table, units[:, b], weights[:, b])
        np.testing.assert_allclose(ours[b], expected, atol=1e-12)


def test_a_board_gives_each_table_what_it_gives_alone() -> None:
    rng = np.random.default_rng(3)
    instance, worker = rng.integers(6, size=20), rng.integers(5, size=20)
    full, holes = rng.normal(size=20), rng.normal(size=20)
    holes[::3] = np.nan
    tables = [ScoreTable(s, instance, (worker,), 6) for s in (full, holes, 2 * full)]
    drawn = Weights(np.ones((6, 1)), rng.integers(3, size=(5, 7)).astype(float))
    together = means_over_instances(ScoreBoard(tables).instance_means(drawn), drawn.units)
    alone = np.stack([table.mean(drawn) for table in tables])
    np.testing.assert_allclose(together, alone)
    # Tables that are defined on the same rows share one sum of weights.
    assert len(ScoreBoard(tables).groups) == 2


def test_an_instance_whose_workers_were_not_drawn_drops_out() -> None:
    table = ScoreTable(np.array([1.0, 5.0]), np.array([0, 1]), (np.array([0, 1]),), 2)
    drawn = Weights(np.ones((2, 1)), np.array([[2.0, 0.0], [0.0, 0.0]]))
    means = table.mean(drawn)
    assert means[0] == 1.0
    assert np.isnan(means[1])
