"""Correlations within instances against scipy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.alignment.correlation import Correlation
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

CORRELATION = Correlation()


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0, 3]))
def test_scores_equal_those_of_scipy(seed: int, levels: int) -> None:
    rng = np.random.default_rng(seed)
    golds = random_golds(rng, 6, soft=True)
    scores = random_scores(rng, golds, levels)
    ours = scored(CORRELATION, scores, golds, cut([1] * 6))
    for g, (row, gold) in enumerate(
        zip(rows_of(scores, golds), rows_of(golds.flat, golds), strict=True)
    ):
        found = [ours[metric][g] for metric in CORRELATION.metrics]
        if len(set(row)) > 1 and len(set(gold)) > 1:
            theirs = [
                stats.pearsonr(row, gold).statistic,
                stats.spearmanr(row, gold).statistic,
                stats.kendalltau(row, gold).statistic,
            ]
            assert found == pytest.approx(theirs, abs=1e-9)
        else:
            assert np.isnan(found).all()


def test_constant_scores_have_no_correlation_even_when_rounding_would_give_one() -> None:
    # 0.1 three times has a mean that differs from 0.1 in the last digit.
    found = scored(CORRELATION, flat([[0.1, 0.1, 0.1]]), golds_from([[1, 0, 0.5]]), cut([1]))
    assert all(np.isnan(found[metric][0]) for metric in CORRELATION.metrics)


def test_the_soft_mask_itself_scores_one_and_its_reverse_minus_one() -> None:
    golds = golds_from([[0, 0.25, 0.5, 1]])
    best = best_of(CORRELATION, golds, cut([1]))
    worst = scored(CORRELATION, -golds.flat, golds, cut([1]))
    for metric in CORRELATION.metrics:
        assert best[metric][0] == pytest.approx(1)
        assert worst[metric][0] == pytest.approx(-1)


def test_a_soft_mask_without_variation_is_counted() -> None:
    golds = golds_from([[0.5, 0.5], [0, 1], [1.0]])
    assert {r: int(n.sum()) for r, n in CORRELATION.undefined(golds).items()} == {
        "soft mask that is the same on every token": 2
    }
