"""Calibration and what else is recorded of a classifier, against scikit-learn and by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import classification_report

from pipeline.models.calibration import calibration
from pipeline.models.judgement import evaluation, judge


def draw(seed: int, n: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    probabilities = random.dirichlet(np.ones(classes), n).astype(np.float32)
    return probabilities, random.integers(0, classes, n)


def test_ece_by_hand() -> None:
    """With 5 bins: .9 (right) and .95 (wrong) share (.8, 1], .7 (right) is alone in (.6, .8].

    ECE = 2/3 · |1/2 − .925| + 1/3 · |1 − .7| = .2833 + .1 = .3833
    """
    probabilities = np.array([[0.9, 0.1], [0.05, 0.95], [0.7, 0.3]], dtype=np.float32)
    found = calibration(probabilities, np.array([0, 0, 0]), n_bins=5)
    assert found.ece == pytest.approx(0.38333, abs=1e-5)
    assert [(one.n, round(one.accuracy, 3)) for one in found.bins] == [(1, 1.0), (2, 0.5)]
    assert [round(one.low, 3) for one in found.bins] == [0.6, 0.8]


def test_whoever_is_as_right_as_sure_has_an_ece_of_0() -> None:
    sure = np.tile(np.array([[0.75, 0.25]], dtype=np.float32), (4, 1))
    assert calibration(sure, np.array([0, 0, 0, 1])).ece == 0
    assert calibration(sure, np.array([1, 1, 1, 1])).ece == pytest.approx(0.75)


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 60), classes=st.integers(2, 4))
def test_the_reliability_table_is_scikit_learns(seed: int, n: int, classes: int) -> None:
    probabilities, labels = draw(seed, n, classes)
    found = calibration(probabilities, labels)
    sure, right = probabilities.max(1).astype(np.float64), probabilities.argmax(1) == labels
    accuracy, confidence = calibration_curve(right, sure, n_bins=15, pos_label=True)
    assert [one.accuracy for one in found.bins] == pytest.approx(accuracy.tolist())
    assert [one.confidence for one in found.bins] == pytest.approx(confidence.tolist())
    assert sum(one.n for one in found.bins) == n
    by_hand = sum(one.n / n * abs(one.accuracy - one.confidence) for one in found.bins)
    assert found.ece == pytest.approx(by_hand) and 0 <= found.ece <= 1


def test_numbers_of_each_class_are_scikit_learns() -> None:
    probabilities, labels = draw(1, 80, 3)
    names = ("no", "maybe so", "yes")
    flat = judge(probabilities, labels).named("test", names)
    report = classification_report(
        labels, probabilities.argmax(1), target_names=names, output_dict=True
    )
    for name in names:
        for ours, theirs in (("precision", "precision"), ("recall", "recall"), ("f1", "f1-score")):
            assert flat[f"test_{ours}_{name}"] == pytest.approx(report[name][theirs])


def test_what_is_undefined_of_a_class_is_absent() -> None:
    """ "b" is never predicted, "c" neither predicted nor true."""
    probabilities = np.array([[0.8, 0.1, 0.1], [0.6, 0.2, 0.2]], dtype=np.float32)
    found = judge(probabilities, np.array([0, 1]))
    flat = found.named("test", ("a", "b", "c"))
    assert flat["test_recall_b"] == 0 and flat["test_f1_b"] == 0
    assert not flat.keys() & {"test_precision_b", "test_precision_c", "test_recall_c", "test_f1_c"}
    assert found.confusion.tolist() == [[1, 0, 0], [1, 0, 0], [0, 0, 0]]


def test_the_tables_are_json() -> None:
    probabilities, labels = draw(2, 30, 2)
    found = json.loads(evaluation({"test": judge(probabilities, labels)}, ("no", "yes")))
    assert found["labels"] == ["no", "yes"]
    assert sum(map(sum, found["parts"]["test"]["confusion"])) == 30
    row = found["parts"]["test"]["reliability"][0]
    assert row.keys() == {"low", "high", "n", "confidence", "accuracy"}
