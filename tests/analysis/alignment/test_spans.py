"""Span F1 against optimal matching, and its oracle against every possible map."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from analysis.alignment.spans import Spans
from tests.analysis.alignment.support import (
    best_of,
    cut,
    flat,
    golds_from,
    random_golds,
    rows_of,
    scored,
)

SPANS = Spans()


def spans_of(mask: np.ndarray) -> list[set[int]]:
    found: list[set[int]] = []
    for t in np.flatnonzero(mask).tolist():
        if found and t - 1 in found[-1]:
            found[-1].add(t)
        else:
            found.append({t})
    return found


def best_f1(chosen: np.ndarray, truth: np.ndarray) -> float:
    """2 · (most matches that an assignment of spans to spans can make) / spans."""
    mine, theirs = spans_of(chosen), spans_of(truth)
    if not mine or not theirs:
        return 0.0
    match = np.array([[len(a & b) / len(a | b) >= 0.5 for b in theirs] for a in mine])
    rows, columns = linear_sum_assignment(-match.astype(int))
    return float(2 * match[rows, columns].sum() / (len(mine) + len(theirs)))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_scores_equal_those_of_an_optimal_assignment(seed: int) -> None:
    rng = np.random.default_rng(seed)
    golds = random_golds(rng, 8)
    scores = rng.normal(size=len(golds.flat))
    k = rng.integers(1, golds.values.lengths + 1)
    ours = scored(SPANS, scores, golds, cut(k))
    for g, (row, truth) in enumerate(
        zip(rows_of(scores, golds), rows_of(golds.flat, golds), strict=True)
    ):
        chosen = np.isin(np.arange(len(row)), np.argsort(-row)[: k[g]])
        if truth.any():
            assert ours["iou_f1"][g] == pytest.approx(best_f1(chosen, truth > 0))
            both, either = (chosen & (truth > 0)).sum(), (chosen | (truth > 0)).sum()
            assert ours["token_iou"][g] == pytest.approx(both / either)
        else:
            assert np.isnan(ours["iou_f1"][g])


def test_a_long_span_over_two_short_ones_matches_neither() -> None:
    # Predicted 0–4 over gold {0, 1} and {3, 4}: both IoU 2/5. One predicted span, two of gold.
    golds = golds_from([[1, 1, 0, 1, 1]])
    found = scored(SPANS, flat([[5, 4, 3, 2, 1]]), golds, cut([5]))
    assert found["iou_f1"][0] == 0.0
    assert found["token_iou"][0] == pytest.approx(4 / 5)


def test_half_an_overlap_is_a_match() -> None:
    # Predicted {0} in gold {0, 1}: IoU exactly ½.
    found = scored(SPANS, flat([[2, 1, 0]]), golds_from([[1, 1, 0]]), cut([1]))
    assert found["iou_f1"][0] == 1.0


def test_spans_end_with_their_instance() -> None:
    # The last token of one instance and the first of the next are two spans.
    golds = golds_from([[0, 1], [1, 0]])
    found = scored(SPANS, flat([[0, 1], [1, 0]]), golds, cut([1, 1]))
    assert found["iou_f1"].tolist() == [1.0, 1.0]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 1), min_size=3, max_size=8), st.integers(1, 6))
def test_no_choice_of_k_tokens_beats_the_oracle(gold: list[int], k: int) -> None:
    golds = golds_from([[float(value) for value in gold]])
    k = min(k, len(gold))
    bound = best_of(SPANS, golds, cut([k]))
    if any(gold):
        truth = np.array(gold, dtype=bool)
        for chosen in combinations(range(len(gold)), k):
            mask = np.isin(np.arange(len(gold)), chosen)
            assert best_f1(mask, truth) <= bound["iou_f1"][0] + 1e-12
            assert (mask & truth).sum() / (mask | truth).sum() <= bound["token_iou"][0] + 1e-12


def test_oracle_reaches_one_at_the_golds_own_count() -> None:
    golds = golds_from([[1, 1, 0, 1], [0, 1, 0, 0]])
    best = best_of(SPANS, golds, cut([3, 1]))
    assert best["iou_f1"].tolist() == [1.0, 1.0]
    assert best["token_iou"].tolist() == [1.0, 1.0]


def test_random_ties_are_averaged_over_draws_of_the_same_seed() -> None:
    golds = golds_from([[1, 1, 0, 0, 0, 0]])
    first = scored(SPANS, np.zeros(6), golds, cut([2], "random", seed=1))
    again = scored(SPANS, np.zeros(6), golds, cut([2], "random", seed=1))
    assert first["iou_f1"][0] == again["iou_f1"][0]
    # Any of 15 pairs: 8 of them have one token of the gold, alone (IoU 1/2) or beside another.
    assert 0.1 < first["iou_f1"][0] < 0.9
