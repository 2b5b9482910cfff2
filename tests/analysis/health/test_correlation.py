"""The correlation of features beside numpy's matrix of all of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.health.correlation import feature_correlation
from db.errors import DataError


def all_pairs(features: np.ndarray) -> float:
    r = np.corrcoef(features, rowvar=False)
    return float(np.mean(r[np.triu_indices(len(r), 1)] ** 2))


def test_three_features_by_hand() -> None:
    """r is 1 between the first two, 0 and 0 with the third: the mean of squares is 1/3."""
    features = np.array([[1, 2, 1], [-1, -2, 1], [1, 2, -1], [-1, -2, -1]], float)
    found, constant = feature_correlation(features)
    assert found.value == pytest.approx(1 / 3) and constant == 0


@given(
    st.integers(3, 20),
    st.integers(2, 30),
    st.integers(0, 10_000),
    st.sampled_from([1e-200, 1.0, 1e200]),
)
@settings(max_examples=60)
def test_it_is_the_mean_over_all_pairs_whatever_the_scale(
    n: int, j: int, seed: int, scale: float
) -> None:
    features = np.random.default_rng(seed).standard_normal((n, j))
    found, constant = feature_correlation(scale * features)
    assert found.value == pytest.approx(all_pairs(features)) and constant == 0


def test_features_that_have_nothing_to_do_with_each_other_have_what_chance_gives() -> None:
    features = np.random.default_rng(1).standard_normal((51, 400))
    found, _ = feature_correlation(features)
    assert found.value == pytest.approx(1 / 50, rel=0.05)
    assert "about 0.020" in found.note


def test_features_that_never_vary_are_left_out_and_counted() -> None:
    features = np.random.default_rng(2).standard_normal((10, 4))
    found, constant = feature_correlation(np.hstack([features, np.full((10, 3), 0.1)]))
    assert constant == 3 and found.value == pytest.approx(all_pairs(features))


@pytest.mark.parametrize(
    ("features", "why"),
    [
        ([[1.0, 2.0], [3.0, 5.0]], "fewer than three instances"),
        ([[1.0, 2.0], [1.0, 5.0], [1.0, 6.0]], "fewer than two features vary"),
        ([[1.0, np.inf], [1.0, 5.0], [1.0, 6.0]], "not a finite number"),
    ],
)
def test_what_is_undefined_says_why(features: list[list[float]], why: str) -> None:
    found, _ = feature_correlation(features)
    assert found.value is None and why in found.note


def test_a_list_is_no_table() -> None:
    with pytest.raises(DataError, match="shape"):
        feature_correlation([1.0, 2.0])
