"""What is drawn again, and when there is nothing to draw."""

import numpy as np
import pytest

from analysis.resampling import Plan, Units, Weights
from db.errors import UsageError


def plan(**changes: object) -> Plan:
    settings = {"n_workers": 20, "persons_known": True, "bootstrap": 300, **changes}
    return Plan(Units.single(15), **settings)  # type: ignore[arg-type]


def test_draws_do_not_depend_on_the_size_of_a_batch() -> None:
    def units_and_workers(drawn: Weights) -> np.ndarray:
        return np.concatenate([drawn.units, drawn.workers])

    small = plan().replicates("both", units_and_workers, width=1_000_000)
    large = plan().replicates("both", units_and_workers, width=1)
    assert (small == large).all()
    assert small.shape == (35, 300)


def test_the_same_seed_draws_the_same_workers_for_workers_and_for_both() -> None:
    alone = plan().replicates("workers", lambda drawn: drawn.workers, width=1)
    beside = plan().replicates("both", lambda drawn: drawn.workers, width=1)
    assert (alone == beside).all()


@pytest.mark.parametrize(
    ("changes", "over", "reason"),
    [
        ({"persons_known": False}, "workers", "not known"),
        ({"n_workers": 9}, "both", "9 workers are too few"),
        ({"bootstrap": 0}, "units", "no bootstrap"),
    ],
)
def test_an_interval_that_cannot_be_had_is_refused_with_its_reason(
    changes: dict[str, object], over: str, reason: str
) -> None:
    spread = plan(**changes).interval(over, lambda drawn: drawn.units[0], 1)  # type: ignore[arg-type]
    assert spread.se is None
    assert reason in spread.note


def test_one_unit_alone_has_no_interval() -> None:
    only = Plan(Units.single(1), 20, True)
    assert "two units" in only.interval("units", lambda drawn: drawn.units[0], 1).note


def test_an_unknown_kind_of_resampling_is_refused() -> None:
    with pytest.raises(UsageError, match="tokens"):
        plan(over=("tokens",))


def test_jackknife_leaves_out_one_worker_at_a_time() -> None:
    # The statistic adds up the numbers of the workers who are left: 0 + 1 + … + 11 = 66.
    numbers = np.arange(12.0)
    twelve = Plan(Units.single(5), 12, True, seed=3)
    seen: list[float] = []

    def total(drawn: Weights) -> np.ndarray:
        seen.extend((numbers @ drawn.workers).tolist())
        return np.asarray(numbers @ drawn.workers)

    spread = twelve.jackknife(66.0, total, width=1)
    assert sorted(seen) == [66.0 - n for n in range(11, -1, -1)]
    # SE² = 11/12 · Σ(i − 5.5)² = 11/12 · 143
    assert spread.se == pytest.approx((11 / 12 * 143) ** 0.5)


def test_patterns_in_clusters_count_the_units_of_the_drawn_clusters() -> None:
    # Cluster 0 has patterns 0, 0, 1; cluster 1 has pattern 1. Base weights: 2 of 0, 2 of 1.
    units = Units.patterns_in_clusters(np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1]))
    assert units.base.tolist() == [[2.0], [2.0]]
    drawn = units.draw(200, np.random.default_rng(0))
    # Two clusters are drawn: (0,0) → 4, 2; (0,1) → 2, 2; (1,1) → 0, 2.
    assert set(map(tuple, drawn.T.tolist())) == {(4.0, 2.0), (2.0, 2.0), (0.0, 2.0)}
