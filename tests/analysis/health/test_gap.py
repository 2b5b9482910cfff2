"""Gaps beside scipy's Welch test and scikit-learn's loss."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import log_loss

from analysis.health.gap import gaps, plain_gap, welch
from db.errors import DataError

RNG = np.random.default_rng(8)


def part(n: int, sure: float) -> tuple[np.ndarray, np.ndarray]:
    labels = RNG.integers(0, 3, n)
    logits = RNG.standard_normal((n, 3)) + sure * np.eye(3)[labels]
    return np.exp(logits) / np.exp(logits).sum(1, keepdims=True), labels


def test_four_and_four_instances_by_hand() -> None:
    """Train: 4 of 4 right; test: 2 of 4. The gap is .5, and the losses differ by their means."""
    right, wrong = [0.9, 0.1], [0.1, 0.9]
    accuracy, loss = gaps(([right] * 4, [0] * 4), ([right, right, wrong, wrong], [0] * 4), "test")
    assert accuracy.value == 0.5
    assert loss.value == pytest.approx(-np.log(0.9) - (-np.log(0.9) - np.log(0.1)) / 2)
    assert (accuracy.name, accuracy.subject, accuracy.over) == ("gap_accuracy", "test", "units")


def test_the_interval_is_welchs_and_the_loss_is_scikit_learns() -> None:
    train, test = part(80, 3.0), part(25, 1.0)
    found = {one.name: one for one in gaps(train, test, "test")}
    losses = [log_loss(labels, given, labels=[0, 1, 2]) for given, labels in (train, test)]
    assert found["gap_loss"].value == pytest.approx(losses[0] - losses[1])
    right = [(given.argmax(1) == labels).astype(float) for given, labels in (train, test)]
    expected = stats.ttest_ind(*right, equal_var=False).confidence_interval(0.95)
    assert found["gap_accuracy"].low == pytest.approx(expected.low)
    assert found["gap_accuracy"].high == pytest.approx(expected.high)


def test_a_probability_that_underflowed_has_a_finite_loss() -> None:
    sure = ([[1.0, 0.0]] * 2, [0, 0])
    found = gaps(sure, ([[1.0, 0.0], [1.0, 0.0]], [0, 1]), "test")
    assert found[1].value is not None and -50 < found[1].value < -40


def test_where_nothing_varies_there_is_a_gap_but_no_interval() -> None:
    (accuracy, loss) = gaps(([[0.9, 0.1]] * 3, [0] * 3), ([[0.9, 0.1]] * 3, [0] * 3), "test")
    for one in (accuracy, loss):
        assert one.value == 0 and one.low is None and "alike" in one.note
    assert "one instance" in welch(np.ones(1), np.ones(5)).note


def test_an_empty_part_and_an_undefined_metric_have_no_gap() -> None:
    nothing = (np.zeros((0, 2)), np.zeros(0, int))
    for one in gaps(nothing, part(3, 1.0), "test"):
        assert one.value is None and one.note == "a part has no instances"
    assert plain_gap("auc", 0.9, None, "test").value is None
    assert plain_gap("auc", 0.9, 0.75, "test").value == pytest.approx(0.15)
    with pytest.raises(DataError, match="do not go with"):
        gaps(([[1.0, 0.0]], [0, 1]), part(3, 1.0), "test")
