"""Token precision, recall and F1 against scikit-learn, loops and enumeration."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import precision_recall_fscore_support

from analysis.alignment.topk import TopK
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

TOPK = TopK()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0, 3]))
def test_scores_equal_those_of_scikit_learn_on_the_first_k(seed: int, levels: int) -> None:
    rng = np.random.default_rng(seed)
    golds = random_golds(rng, 6)
    scores = random_scores(rng, golds, levels)
    k = rng.integers(1, golds.values.lengths + 1)
    ours = scored(TOPK, scores, golds, cut(k))
    for g, (row, truth) in enumerate(
        zip(rows_of(scores, golds), rows_of(golds.flat, golds), strict=True)
    ):
        chosen = np.zeros(len(row), dtype=int)
        chosen[sorted(range(len(row)), key=lambda t: (-row[t], t))[: k[g]]] = 1
        if truth.any():
            theirs = precision_recall_fscore_support(truth, chosen, average="binary")
            found = [ours[name][g] for name in TOPK.metrics]
            assert found == pytest.approx(theirs[:3])
        else:
            assert np.isnan(ours["token_f1"][g])


def test_a_constant_map_scores_the_mean_over_every_choice() -> None:
    # k = 2 of 4 tokens, gold marks the first: 6 choices, 3 of them hit. Hits average ½.
    golds = golds_from([[1, 0, 0, 0]])
    found = scored(TOPK, np.zeros(4), golds, cut([2], "random"))
    every = [2 * (0 in chosen) / (2 + 1) for chosen in combinations(range(4), 2)]
    assert found["token_f1"][0] == pytest.approx(np.mean(every))
    assert found["token_precision"][0] == pytest.approx(0.25)
    assert found["token_recall"][0] == pytest.approx(0.5)
    # By position it would have been "the first two", and a hit.
    assert scored(TOPK, np.zeros(4), golds, cut([2]))["token_recall"][0] == 1.0


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_no_map_beats_the_oracle_under_the_same_k(seed: int, soft: bool) -> None:
    rng = np.random.default_rng(seed)
    golds = random_golds(rng, 8, soft)
    k = rng.integers(1, golds.values.lengths + 1)
    best = best_of(TOPK, golds, cut(k))
    for levels in (0, 2):
        found = scored(TOPK, random_scores(rng, golds, levels), golds, cut(k))
        for metric in TOPK.metrics:
            both = np.isfinite(best[metric])
            assert (found[metric][both] <= best[metric][both] + 1e-12).all()


def test_oracle_with_fewer_places_than_marks() -> None:
    # Three marked, k = 2: precision 2/2, recall 2/3, F1 4/5.
    best = best_of(TOPK, golds_from([[1, 1, 1, 0]]), cut([2]))
    assert [best[m][0] for m in TOPK.metrics] == pytest.approx([1, 2 / 3, 0.8])


def test_a_soft_gold_counts_tokens_by_their_share() -> None:
    # Chosen shares 1 and ½ of a sum of 2, k = 2: precision ¾, recall ¾.
    golds = golds_from([[1, 0.5, 0.5, 0]])
    found = scored(TOPK, flat([[4, 3, 2, 1]]), golds, cut([2]))
    assert found["token_precision"][0] == 0.75
    assert found["token_recall"][0] == 0.75


def test_a_gold_without_marks_is_undefined_and_counted() -> None:
    golds = golds_from([[0, 0], [1, 0]])
    assert np.isnan(scored(TOPK, np.zeros(4), golds, cut([1, 1]))["token_f1"]).tolist() == [
        True,
        False,
    ]
    assert {r: int(n.sum()) for r, n in TOPK.undefined(golds).items()} == {
        "gold that marks no token": 1
    }
