"""Top-k overlap with the soft mask against sets in plain Python."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.alignment.overlap import Overlap
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

OVERLAP = Overlap()


def people(gold: list[float], k: int) -> set[int]:
    """Marked tokens with a share no lower than the k-th highest."""
    least = sorted(gold, reverse=True)[k - 1]
    return {t for t, share in enumerate(gold) if share > 0 and share >= least}


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0, 3]))
def test_scores_equal_those_of_sets(seed: int, levels: int) -> None:
    rng = np.random.default_rng(seed)
    golds = random_golds(rng, 6, soft=True)
    scores = random_scores(rng, golds, levels)
    k = rng.integers(1, golds.values.lengths + 1)
    ours = scored(OVERLAP, scores, golds, cut(k))["topk_overlap"]
    best = best_of(OVERLAP, golds, cut(k))["topk_overlap"]
    for g, (row, gold) in enumerate(
        zip(rows_of(scores, golds), rows_of(golds.flat, golds), strict=True)
    ):
        if gold.any():
            mine = set(sorted(range(len(row)), key=lambda t: (-row[t], t))[: k[g]])
            theirs = people(gold.tolist(), int(k[g]))
            assert ours[g] == pytest.approx(len(mine & theirs) / k[g])
            assert best[g] == pytest.approx(min(len(theirs), k[g]) / k[g])
            assert ours[g] <= best[g]
        else:
            assert np.isnan(ours[g])
            assert np.isnan(best[g])


def test_the_soft_mask_itself_is_the_best() -> None:
    golds = golds_from([[1, 0.5, 0.5, 0], [0, 0.5, 0.5, 0.5]])
    assert scored(OVERLAP, golds.flat, golds, cut([2, 2]))["topk_overlap"].tolist() == [1, 1]


def test_ties_in_expectation_share_the_places_left() -> None:
    # One place for three equal scores, of which people marked one: 1/3 · 1 / k.
    golds = golds_from([[1, 0, 0]])
    found = scored(OVERLAP, flat([[1, 1, 1]]), golds, cut([1], "random"))
    assert found["topk_overlap"][0] == pytest.approx(1 / 3)
