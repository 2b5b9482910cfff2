"""Means and slopes by group, against scipy one group at a time."""

import numpy as np
import pytest
from scipy import stats

from analysis.workers.means import means, p_values, slopes, t_interval


def drawn(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=60), rng.normal(size=60), rng.integers(5, size=60)


def test_intervals_and_p_values_are_those_of_the_t_test() -> None:
    x, _, group = drawn(0)
    found = means(x, group, 5)
    se = np.sqrt(found.squares / (found.n - 1) / found.n)
    low, high = t_interval(found.mean, se, found.n - 1, 0.9)
    p = p_values(found.mean, se, found.n - 1)
    for g in range(5):
        test = stats.ttest_1samp(x[group == g], 0)
        ends = test.confidence_interval(0.9)
        assert (low[g], high[g], p[g]) == pytest.approx((ends.low, ends.high, test.pvalue))


def test_slopes_are_those_of_linregress() -> None:
    x, y, group = drawn(1)
    found = slopes(x, y, group, 6)
    for g in range(5):
        line = stats.linregress(x[group == g], y[group == g])
        assert (found.slope[g], found.se[g]) == pytest.approx((line.slope, line.stderr))
    assert np.isnan(found.slope[5]) and found.n[5] == 0


def test_parts_with_their_own_level_are_dummy_variables() -> None:
    x, y, _ = drawn(2)
    part = np.repeat(np.arange(6), 10)
    group = part // 3
    found = slopes(x, y, group, 2, part)
    for g in range(2):
        rows = group == g
        design = np.column_stack([x[rows], *(part[rows] == p for p in np.unique(part[rows]))])
        fitted, left, *_ = np.linalg.lstsq(design.astype(float), y[rows], rcond=None)
        assert found.slope[g] == pytest.approx(fitted[0])
        assert found.df[g] == rows.sum() - 4
        inverse = np.linalg.inv(design.astype(float).T @ design.astype(float))
        assert found.se[g] == pytest.approx(np.sqrt(left[0] / found.df[g] * inverse[0, 0]))


def test_equal_values_have_a_mean_and_no_interval() -> None:
    found = means(np.ones(3), np.zeros(3, dtype=np.int64), 1)
    low, high = t_interval(found.mean, np.sqrt(found.squares), found.n - 1, 0.95)
    assert found.mean[0] == 1 and np.isnan(low[0]) and np.isnan(high[0])
