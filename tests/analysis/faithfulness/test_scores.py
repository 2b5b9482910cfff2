"""Comprehensiveness, sufficiency, their normalised forms and flips, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.faithfulness import FAITHFULNESS
from analysis.faithfulness.base import Probed
from analysis.faithfulness.comprehensiveness import Comprehensiveness
from analysis.faithfulness.flip import Flip
from analysis.faithfulness.normalised import Normalised
from analysis.faithfulness.sufficiency import Sufficiency
from db.errors import DataError
from tests.analysis.faithfulness.support import drawn, probed

# Two shares (1% and 5%), three instances; the third is predicted to be class 1.
BY_HAND = probed(
    full=[0.9, 0.6, 0.2],
    empty=[0.5, 0.58, 0.5],
    without=[[0.7, 0.4], [0.8, 0.6], [0.3, 0.9]],
    only=[[0.6, 0.9], [0.5, 0.7], [0.2, 0.1]],
    first=[0.7, 0.8, 0.55],
)


def test_comprehensiveness_is_what_the_predicted_class_loses_without_the_rationale() -> None:
    found = Comprehensiveness().score(BY_HAND)
    # .9 − .7; .6 − .8 stays negative; of class 1: .8 − .7
    assert found["comprehensiveness@1%"] == pytest.approx([0.2, -0.2, 0.1])
    assert found["comprehensiveness@5%"] == pytest.approx([0.5, 0.0, 0.7])
    assert found["comprehensiveness_aopc"] == pytest.approx([0.35, -0.1, 0.4])


def test_the_aopc_with_k_0_divides_by_one_more() -> None:
    found = Comprehensiveness().score(BY_HAND)
    # (0 + .2 + .5) / 3
    assert found["comprehensiveness_aopc_k0"][0] == pytest.approx(0.7 / 3)


def test_sufficiency_is_what_it_loses_with_the_rationale_alone() -> None:
    found = Sufficiency().score(BY_HAND)
    # .9 − .6; .6 − .5; of class 1: .8 − .8, and .8 − .9 stays negative
    assert found["sufficiency@1%"] == pytest.approx([0.3, 0.1, 0.0])
    assert found["sufficiency@5%"] == pytest.approx([0.0, -0.1, -0.1])
    assert found["sufficiency_aopc"] == pytest.approx([0.15, 0.0, -0.05])


def test_normalised_scores_stand_between_no_text_and_the_whole_text() -> None:
    found = Normalised().score(BY_HAND)
    # Δ0 = .4, .02 (too little), .3; comprehensiveness .2 / .4; 1 − .3 / .4
    assert found["comprehensiveness_normalised@1%"] == pytest.approx(
        [0.5, np.nan, 1 / 3], nan_ok=True
    )
    assert found["sufficiency_normalised@1%"] == pytest.approx([0.25, np.nan, 1.0], nan_ok=True)
    # unclipped: .5 / .4 is above 1
    assert found["comprehensiveness_normalised@5%"][0] == pytest.approx(1.25)
    ((_, rows),) = Normalised().undefined(BY_HAND).items()
    assert rows.tolist() == [False, True, False]


def test_carton_clips_to_the_range_of_0_to_1() -> None:
    found = Normalised(clip=True).score(BY_HAND)
    assert found["comprehensiveness_normalised@5%"] == pytest.approx(
        [1.0, np.nan, 1.0], nan_ok=True
    )
    # the third has 1 + .1 / .3 with the rationale of 5%
    assert found["sufficiency_normalised@5%"] == pytest.approx([1.0, np.nan, 1.0], nan_ok=True)


def test_a_difference_to_no_text_of_at_most_a_twentieth_is_left_out() -> None:
    one = probed([0.74, 0.76], [0.70, 0.70], [[0.1], [0.1]], [[0.1], [0.1]], [0.1, 0.1])
    found = Normalised().score(one)["sufficiency_normalised_aopc"]
    assert np.isnan(found).tolist() == [True, False]


def test_the_decision_flips_when_another_class_becomes_the_most_probable() -> None:
    found = Flip().score(BY_HAND)
    assert found["flip_token"].tolist() == [0, 0, 1]
    assert found["flip@1%"].tolist() == [0, 0, 0]
    assert found["flip@5%"].tolist() == [1, 0, 1]
    # the least share at which it flips, 1 where it never does
    assert found["flip_fraction"].tolist() == [0.05, 1.0, 0.05]


@given(n=st.integers(1, 20), seed=st.integers(0, 1000), k=st.integers(1, 5))
def test_aopc_is_the_plain_mean_of_the_shares(n: int, seed: int, k: int) -> None:
    one = drawn(n, seed, k)
    found = Comprehensiveness().score(one) | Sufficiency().score(one)
    for place in range(n):
        row, target = one.full[place], int(np.argmax(one.full[place]))
        losses = [row[target] - one.without[place, at, target] for at in range(k)]
        kept = [row[target] - one.only[place, at, target] for at in range(k)]
        assert found["comprehensiveness_aopc"][place] == pytest.approx(sum(losses) / k)
        assert found["sufficiency_aopc"][place] == pytest.approx(sum(kept) / k)
        assert found["sufficiency_aopc_k0"][place] == pytest.approx(sum(kept) / (k + 1))


@given(n=st.integers(1, 20), seed=st.integers(0, 1000))
def test_a_rationale_of_all_tokens_suffices_and_takes_everything(n: int, seed: int) -> None:
    some = drawn(n, seed)
    full = np.repeat(some.full[:, None], 5, axis=1)
    empty = np.repeat(some.empty[:, None], 5, axis=1)
    whole = Probed(some.full, some.empty, empty, full, some.empty)
    found = Comprehensiveness().score(whole) | Sufficiency().score(whole)
    assert found["sufficiency_aopc"] == pytest.approx(np.zeros(n))
    assert found["comprehensiveness_aopc"] == pytest.approx(whole.drop)
    between = Normalised().score(whole)
    there = whole.drop > 0.05
    for name in ("comprehensiveness_normalised_aopc", "sufficiency_normalised_aopc"):
        assert between[name][there] == pytest.approx(np.ones(there.sum()))
        assert np.isnan(between[name][~there]).all()


@pytest.mark.parametrize("name", FAITHFULNESS)
def test_every_score_says_its_range_and_stays_finite_or_says_which_it_leaves_out(name: str) -> None:
    family, one = FAITHFULNESS.load(name)(), drawn(30, 3)
    found, left_out = family.score(one), family.undefined(one)
    assert list(found) and set(found) == set(family.scales(one.shares))
    assert all("better" in scale for scale in family.scales(one.shares).values())
    lost = np.zeros(30, bool)
    for rows in left_out.values():
        lost |= rows
    for values in found.values():
        assert values.shape == (30,)
        assert (np.isnan(values) == lost).all()


def test_probabilities_of_another_shape_are_refused() -> None:
    some = drawn(4, 0)
    with pytest.raises(DataError, match=r"without has shape \(4, 4, 2\)"):
        Probed(some.full, some.empty, some.without[:, :4], some.only, some.without_first)
