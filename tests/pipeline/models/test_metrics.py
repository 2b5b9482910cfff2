"""Metrics of class probabilities."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pipeline.models.metrics import classification_metrics


def test_metrics_of_two_classes_by_hand() -> None:
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4], [0.7, 0.3], [0.2, 0.8]], dtype=np.float32)
    found = classification_metrics(probabilities, np.array([0, 0, 1, 1]))
    # Predicted 0 0 0 1: three of four right.
    assert found.accuracy == 0.75
    # F1 of class 0: 2·2/(2·2 + 1) = 4/5; of class 1: 2·1/(2·1 + 1) = 2/3.
    assert found.macro_f1 == pytest.approx((4 / 5 + 2 / 3) / 2)
    # Pairs of a 1 and a 0 in the right order by p(1): .3 > .1, .8 > .1, .8 > .4, not .3 > .4.
    assert found.auc == pytest.approx(3 / 4)
    assert found.loss == pytest.approx(-np.log([0.9, 0.6, 0.3, 0.8]).mean(), rel=1e-6)


def test_auc_of_three_classes_is_the_mean_of_one_against_the_rest() -> None:
    probabilities = np.array(
        [[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.3, 0.1, 0.6], [0.5, 0.2, 0.3]], dtype=np.float32
    )
    # Class 0 (row 0): above all three. Class 1 (rows 1 and 3): .5 above .3 and .1, .2 above .1
    # only: 3/4. Class 2 (row 2): above all three.
    found = classification_metrics(probabilities, np.array([0, 1, 2, 1]))
    assert found.auc == pytest.approx((1 + 3 / 4 + 1) / 3)


def test_the_auc_of_one_label_is_undefined_and_not_reported() -> None:
    found = classification_metrics(np.array([[0.5, 0.5]], dtype=np.float32), np.array([1]))
    assert math.isnan(found.auc)
    assert found.named("test").keys() == {"test_accuracy", "test_macro_f1"}


def test_a_probability_that_underflowed_costs_much_and_not_infinitely() -> None:
    found = classification_metrics(np.array([[1.0, 0.0]], dtype=np.float32), np.array([1]))
    assert 80 < found.loss < 100
