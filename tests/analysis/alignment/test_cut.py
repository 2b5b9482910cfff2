"""How many tokens, and which."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.alignment import cut as module
from analysis.alignment.base import Golds
from analysis.alignment.cut import Chosen, choose_k, inclusion, selections, tied_cuts
from analysis.alignment.order import order_of
from db.errors import UsageError
from tests.analysis.alignment.support import (
    cut,
    flat,
    golds_from,
    laid,
    random_golds,
    random_scores,
)

GOLDS = golds_from([[1, 1, 0, 0, 0], [0, 1, 0], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]])


@pytest.mark.parametrize(
    ("policy", "k"),
    [
        ("instance", [2, 1, 1]),  # marked: 2, 1, 0, and at least one
        ("mean", [1, 1, 1]),  # (2 + 1 + 0) / 3 = 1
        (4, [4, 3, 4]),  # never more than there are tokens
        (0.2, [1, 1, 2]),  # ⌈.2 · 5⌉, ⌈.2 · 3⌉, ⌈.2 · 10⌉
    ],
)
def test_k_by_policy(policy: object, k: list[int]) -> None:
    assert choose_k(policy, GOLDS).tolist() == k  # type: ignore[arg-type]


def test_k_of_a_soft_gold_is_the_mean_count_rounded() -> None:
    # Shares sum to 1.5: half is rounded up.
    assert choose_k("instance", golds_from([[1, 0.25, 0.25, 0]])).tolist() == [2]


@pytest.mark.parametrize("policy", ["median", 0, -1, 2.5, True])
def test_other_k_is_refused(policy: object) -> None:
    with pytest.raises(UsageError):
        choose_k(policy, GOLDS)  # type: ignore[arg-type]


def test_ties_go_to_the_first_tokens_and_are_counted() -> None:
    golds = golds_from([[1, 1, 1, 1], [1, 1, 1]])
    scores = flat([[1, 2, 1, 1], [3, 2, 1]])
    assert inclusion(laid(scores, golds), cut([2, 2])).tolist() == [1, 1, 0, 0, 1, 1, 0]
    assert tied_cuts(laid(scores, golds), np.array([2, 2])) == 1


def test_random_ties_share_the_places_that_are_left() -> None:
    # One place is left for three tokens of score 1.
    golds = golds_from([[1, 1, 1, 1]])
    chance = inclusion(laid(flat([[1, 2, 1, 1]]), golds), cut([2], "random"))
    assert chance == pytest.approx([1 / 3, 1, 1 / 3, 1 / 3])


class SameNumber(np.random.Generator):
    """Draws the same number for every token."""

    def integers(self, *given: object, size: int, dtype: type) -> np.ndarray:  # type: ignore[override]
        return np.full(size, 7, dtype)


def test_tokens_that_draw_the_same_number_follow_each_other_in_text_order() -> None:
    # By score: tokens 1, then 0, 2 and 3; 5, then 4 and 6.
    order = order_of(np.array([1.0, 2, 1, 1, 2, 3, 2]), np.array([0, 4, 7]))
    drawn = order.shuffled(SameNumber(np.random.PCG64(0)))
    assert np.argsort(drawn.keys).tolist() == [1, 0, 2, 3, 5, 4, 6]
    assert drawn.ranked.tolist() == sorted(drawn.keys.tolist())
    assert len(set(drawn.keys.tolist())) == 7


def test_a_random_choice_takes_every_tied_token_as_often() -> None:
    # 10 draws of 3 of 10 equal tokens in each of 2,000 golds: 6,000 choices of each token, with a
    # standard deviation of sqrt(20,000 · .3 · .7) = 65.
    golds = golds_from([[1, 0, 0, 0, 0, 0, 0, 0, 0, 0]] * 2000)
    same = laid(flat([[1] * 10] * 2000), golds)
    taken = [c.place for c in selections(same, cut([3] * 2000, "random"))]
    counts = np.bincount(np.concatenate(taken), minlength=10)
    assert counts.sum() == 60_000
    assert (abs(counts - 6000) < 5 * 65).all()


def mask_of(drawn: Chosen, golds: Golds) -> np.ndarray:
    mask = np.zeros(len(golds.flat), dtype=bool)
    mask[golds.values.offsets[drawn.of] + drawn.place] = True
    return mask


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["position", "random", "runs"]))
def test_every_selection_has_k_tokens_none_lower_than_one_left_out(seed: int, ties: str) -> None:
    rng = np.random.default_rng(seed)
    golds = random_golds(rng, 8)
    scores = random_scores(rng, golds, levels=3)
    k = np.minimum(3, golds.values.lengths)
    for drawn in selections(laid(scores, golds), cut(k, ties)):  # type: ignore[arg-type]
        chosen = mask_of(drawn, golds)
        for g in range(len(golds.values)):
            row = slice(golds.values.offsets[g], golds.values.offsets[g + 1])
            inside, outside = scores[row][chosen[row]], scores[row][~chosen[row]]
            assert len(inside) == k[g]
            assert inside.min(initial=np.inf) >= outside.max(initial=-np.inf)


@pytest.mark.parametrize("ties", ["random", "runs"])
def test_random_selections_take_each_token_as_often_as_inclusion_says(
    ties: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DRAWS", 4000)
    golds = golds_from([[1] * 7, [1] * 4])
    scores = flat([[1, 1, 2, 1, 0, 1, 0], [5, 5, 5, 5]])
    every = selections(laid(scores, golds), cut([3, 1], ties))  # type: ignore[arg-type]
    drawn = [mask_of(one, golds) for one in every]
    expected = inclusion(laid(scores, golds), cut([3, 1], ties))  # type: ignore[arg-type]
    # A share of 4,000 draws has a standard error below .008.
    np.testing.assert_allclose(np.mean(drawn, axis=0), expected, atol=0.03)


def test_runs_keep_neighbours_together() -> None:
    # A person marked six tokens in a row; cut at three, at most two runs remain, mostly one.
    golds = golds_from([[0] * 10])
    scores = flat([[0, 0, 1, 1, 1, 1, 1, 1, 0, 0]])
    for drawn in selections(laid(scores, golds), cut([3], "runs")):
        chosen = mask_of(drawn, golds)
        starts = np.flatnonzero(chosen & ~np.concatenate([[False], chosen[:-1]]))
        assert len(starts) <= 2
