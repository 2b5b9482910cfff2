"""AUROC and average precision against scikit-learn, hard and soft."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from analysis.alignment.ranking import Ranking
from tests.analysis.alignment.support import (
    best_of,
    cut,
    golds_from,
    random_golds,
    random_scores,
    rows_of,
    scored,
)

RANKING = Ranking()


def scikit(row: np.ndarray, gold: np.ndarray) -> tuple[float, float]:
    """Each token twice: marked by its share, unmarked by the rest."""
    truth, scores = np.repeat([1, 0], len(row)), np.tile(row, 2)
    weight = np.concatenate([gold, 1 - gold])
    return (
        float(roc_auc_score(truth, scores, sample_weight=weight)),
        float(average_precision_score(truth, scores, sample_weight=weight)),
    )


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0, 3]), st.booleans())
def test_scores_equal_those_of_scikit_learn(seed: int, levels: int, soft: bool) -> None:
    rng = np.random.default_rng(seed)
    golds = random_golds(rng, 6, soft)
    scores = random_scores(rng, golds, levels)
    ours = scored(RANKING, scores, golds, cut([1] * 6))
    for g, (row, gold) in enumerate(
        zip(rows_of(scores, golds), rows_of(golds.flat, golds), strict=True)
    ):
        if 0 < gold.sum() < len(gold):
            auroc, average_precision = scikit(row, gold)
            assert ours["auroc"][g] == pytest.approx(auroc)
            assert ours["average_precision"][g] == pytest.approx(average_precision)
        else:
            assert np.isnan(ours["auroc"][g])
            assert np.isnan(ours["average_precision"][g])


def test_a_constant_map_scores_one_half_and_the_share_marked() -> None:
    golds = golds_from([[1, 0, 0, 0, 0], [1, 1, 0, 0]])
    found = scored(RANKING, np.zeros(9), golds, cut([1, 1]))
    assert found["auroc"].tolist() == [0.5, 0.5]
    # The trapezoid under the precision–recall curve would have given .6 and .75.
    assert found["average_precision"].tolist() == [0.2, 0.5]


def test_the_gold_itself_scores_one() -> None:
    golds = golds_from([[1, 0, 1, 0]])
    best = best_of(RANKING, golds, cut([2]))
    assert best["auroc"][0] == best["average_precision"][0] == 1.0


def test_golds_with_one_class_are_counted_by_reason() -> None:
    golds = golds_from([[0, 0], [1, 1], [1, 0], [0, 0, 0]])
    assert {r: int(n.sum()) for r, n in RANKING.undefined(golds).items()} == {
        "gold that marks no token": 2,
        "gold that marks every token": 1,
    }


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_only_the_order_of_scores_matters(seed: int) -> None:
    rng = np.random.default_rng(seed)
    golds = random_golds(rng, 5)
    scores = random_scores(rng, golds, levels=4)
    plain = scored(RANKING, scores, golds, cut([1] * 5))
    bent = scored(RANKING, np.exp(3 * scores) - 7, golds, cut([1] * 5))
    for metric in RANKING.metrics:
        np.testing.assert_allclose(plain[metric], bent[metric])
