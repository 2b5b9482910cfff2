"""Jensen–Shannon divergence against scipy, and its ends."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon

from analysis.alignment.divergence import Divergence
from tests.analysis.alignment.support import (
    best_of,
    cut,
    flat,
    golds_from,
    random_golds,
    random_scores,
    rows_of,
    scored,
)

DIVERGENCE = Divergence()


def of(scores: list[float], gold: list[float]) -> float:
    golds = golds_from([gold])
    return float(scored(DIVERGENCE, flat([scores]), golds, cut([1]))["js_divergence"][0])


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0, 3]))
def test_scores_equal_those_of_scipy(seed: int, levels: int) -> None:
    rng = np.random.default_rng(seed)
    golds = random_golds(rng, 6, soft=True)
    scores = random_scores(rng, golds, levels)
    ours = scored(DIVERGENCE, scores, golds, cut([1] * 6))["js_divergence"]
    for g, (row, gold) in enumerate(
        zip(rows_of(scores, golds), rows_of(golds.flat, golds), strict=True)
    ):
        positive = np.maximum(row, 0)
        if positive.any() and gold.any():
            # scipy gives the square root, the distance.
            assert ours[g] == pytest.approx(jensenshannon(positive, gold, base=2) ** 2, abs=1e-9)
        else:
            assert np.isnan(ours[g])


def test_the_soft_mask_itself_is_at_distance_0_and_its_complement_at_1() -> None:
    golds = golds_from([[0, 0.25, 0.5, 1], [1, 1, 0, 0]])
    same = scored(DIVERGENCE, 7 * golds.flat, golds, cut([1, 1]))["js_divergence"]
    assert same == pytest.approx([0, 0], abs=1e-12)
    assert best_of(DIVERGENCE, golds, cut([1, 1]))["js_divergence"].tolist() == [0, 0]
    assert of([0, 0, 2, 5], [1, 1, 0, 0]) == pytest.approx(1)


def test_a_negative_score_counts_as_none_at_all() -> None:
    assert of([3, -8, 1], [1, 1, 0]) == of([3, 0, 1], [1, 1, 0])


def test_a_map_without_a_positive_score_is_no_distribution() -> None:
    assert np.isnan(of([0, 0, 0], [1, 0, 0]))
    assert np.isnan(of([-1, -2, 0], [1, 0, 0]))
    assert np.isnan(of([1, 2, 3], [0, 0, 0]))
