"""Distances of classes by hand and in plain Python; what is undefined says why."""

from __future__ import annotations

import math
from itertools import combinations
from statistics import mean

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.health.distance import class_distance
from db.errors import DataError


def plain(features: list[list[float]], labels: list[int]) -> float:
    """The definition, one member at a time."""
    members = {c: [f for f, k in zip(features, labels, strict=True) if k == c] for c in set(labels)}
    members = {c: some for c, some in members.items() if len(some) > 1}
    centres = {
        c: [mean(column) for column in zip(*some, strict=True)] for c, some in members.items()
    }
    within = mean(
        mean(math.dist(f, centres[c]) for f in some) * math.sqrt(len(some) / (len(some) - 1))
        for c, some in members.items()
    )
    between = mean(math.dist(centres[a], centres[b]) for a, b in combinations(centres, 2))
    return between / within


def test_two_classes_on_a_line_by_hand() -> None:
    """Centres 1 and 11; every member is 1 away from its own; √(2/1) corrects for two members."""
    found = class_distance([[0.0], [2.0], [10.0], [12.0]], [0, 0, 1, 1], "states")
    assert found.value == pytest.approx(10 / math.sqrt(2))
    assert (found.subject, found.n_units, found.note) == ("states", 4, "")


@given(st.integers(2, 4), st.integers(4, 30), st.integers(1, 5), st.integers(0, 10_000))
@settings(max_examples=60)
def test_it_is_the_definition_whatever_is_shifted_scaled_or_named(
    classes: int, n: int, width: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    features = rng.standard_normal((n, width))
    labels = np.concatenate([np.arange(4) % classes, rng.integers(0, classes, n - 4)])
    counts = np.bincount(labels)
    found = class_distance(features, labels)
    if (counts > 1).sum() < 2:
        assert found.value is None
        return
    assert found.value == pytest.approx(plain(features.tolist(), labels.tolist()))
    moved = class_distance(7 * features + 3, 10 - labels)
    assert moved.value == pytest.approx(found.value)


def test_features_of_no_help_stay_near_zero_and_fall_with_the_number_of_instances() -> None:
    rng = np.random.default_rng(3)
    few, many = (
        class_distance(rng.standard_normal((n, 5)), np.arange(n) % 2).value for n in (20, 5000)
    )
    assert few is not None and many is not None and many < 0.1 < few < 1


def test_a_class_of_one_is_left_out_and_counted() -> None:
    found = class_distance([[0.0], [2.0], [10.0], [12.0], [1e6]], [0, 0, 1, 1, 2])
    assert found.value == pytest.approx(10 / math.sqrt(2)) and found.n_units == 4
    assert found.note == "1 of 3 classes left out: one instance each"


@pytest.mark.parametrize(
    ("features", "labels", "why"),
    [
        ([[1.0], [2.0], [3.0]], [0, 0, 1], "fewer than two classes"),
        (np.zeros((0, 2)), [], "fewer than two classes"),
        ([[1.0], [1.0], [3.0], [3.0]], [0, 0, 1, 1], "no scatter"),
        ([[1.0], [np.nan], [3.0], [3.0]], [0, 0, 1, 1], "not a finite number"),
    ],
)
def test_what_is_undefined_says_why(features: object, labels: object, why: str) -> None:
    found = class_distance(features, labels)  # type: ignore[arg-type]
    assert found.value is None and why in found.note


def test_labels_of_another_length_are_refused() -> None:
    with pytest.raises(DataError, match="do not go with"):
        class_distance([[1.0], [2.0]], [0])
