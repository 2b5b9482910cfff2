"""Insertion and deletion: which patches go when, and the area under what is left of the class."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import auc

from analysis.faithfulness.curves import Curves, area, highest, steps
from analysis.faithfulness.deletion import Deletion
from analysis.faithfulness.insertion import Insertion
from db.errors import DataError
from db.ragged import Ragged
from tests.analysis.faithfulness.support import binary, drawn, probed


def ragged(rows: list[list[float]]) -> Ragged:
    return Ragged.from_rows([np.array(row) for row in rows], "float64")


# Four patches, one a step; the second picture is predicted to be class 1.
BY_HAND = replace(
    probed([0.8, 0.4], [0.2, 0.5], [[0.5], [0.5]], [[0.5], [0.5]], [0.5, 0.5]),
    curves=Curves(
        np.array([0.0, 0.25, 0.5, 1.0]),
        binary([[0.8, 0.4, 0.2, 0.2], [0.4, 0.9, 0.5, 0.5]]),
        binary([[0.2, 0.6, 0.8, 0.8], [0.5, 0.5, 0.5, 0.4]]),
    ),
)


def test_areas_by_hand() -> None:
    # .25 · (.8 + .4) / 2 + .25 · (.4 + .2) / 2 + .5 · .2 = .15 + .075 + .1
    # Of class 1: .25 · (.6 + .1) / 2 + .25 · (.1 + .5) / 2 + .5 · .5 = .0875 + .075 + .25
    assert Deletion().score(BY_HAND)["deletion_auc"] == pytest.approx([0.325, 0.4125])
    # .25 · (.2 + .6) / 2 + .25 · (.6 + .8) / 2 + .5 · .8 = .1 + .175 + .4
    # Of class 1: .5 · .5 + .5 · (.5 + .6) / 2 = .25 + .275
    assert Insertion().score(BY_HAND)["insertion_auc"] == pytest.approx([0.675, 0.525])


@given(st.integers(1, 8), st.integers(0, 999))
def test_areas_are_those_of_scikit_learn(n: int, seed: int) -> None:
    one = drawn(n, seed)
    assert one.curves is not None
    for curve, found in (
        (one.curves.without, Deletion().score(one)["deletion_auc"]),
        (one.curves.only, Insertion().score(one)["insertion_auc"]),
    ):
        for place in range(n):
            target = int(one.full[place].argmax())
            theirs = auc(one.curves.treated, curve[place, :, target])
            assert found[place] == pytest.approx(theirs)


def test_texts_have_neither() -> None:
    words = replace(BY_HAND, curves=None)
    assert Deletion().score(words) == Insertion().score(words) == {}


def test_curves_of_other_instances_are_refused() -> None:
    assert BY_HAND.curves is not None
    with pytest.raises(DataError, match=r"curve without has shape \(1, 4, 2\), not \(2, 4, 2\)"):
        replace(BY_HAND, curves=replace(BY_HAND.curves, without=BY_HAND.curves.without[:1]))
    with pytest.raises(DataError, match="must rise from 0 to 1"):
        area(np.ones((1, 3)), np.array([0.0, 0.7, 0.9]))


@given(
    st.integers(1, 30), st.integers(1, 12), st.lists(st.integers(0, 3), min_size=30, max_size=30)
)
def test_every_step_takes_the_highest_and_chance_orders_equals(
    units: int, n_steps: int, levels: list[int]
) -> None:
    scores = [float(level) for level in levels[:units]]
    chance = np.random.default_rng(units).random(units).tolist()
    masks = highest(ragged([scores]), ragged([chance]), n_steps)
    order = sorted(range(units), key=lambda u: (-scores[u], chance[u]))
    counts = steps(units, n_steps).tolist()
    assert (counts[0], counts[-1], len(masks)) == (0, units, len(counts) - 2)
    for count, mask in zip(counts[1:-1], masks, strict=True):
        assert sorted(np.flatnonzero(mask).tolist()) == sorted(order[:count])


def test_pictures_of_a_curve_have_one_number_of_patches() -> None:
    with pytest.raises(DataError, match="same number of units"):
        highest(ragged([[1.0, 2.0], [1.0]]), ragged([[0.1, 0.2], [0.3]]))
    assert highest(ragged([[1.0]]), ragged([[0.5]])) == []
