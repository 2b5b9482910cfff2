"""Calibration under weights: scikit-learn, our own unweighted value, and copies as oracles."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st

from analysis.weighted_calibration import brier, calibration_error, log_loss
from pipeline.models.calibration import calibration


def drawn(seed: int, n: int = 60, classes: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.integers(0, classes, n), rng.dirichlet(np.ones(classes), n)


def test_brier_by_hand_and_as_scikit_learn_has_it_for_one_class() -> None:
    # class 1 is true and has .7 of (.1, .7, .2): .01 + .09 + .04
    found = brier(np.array([1]), np.array([[0.1, 0.7, 0.2]]))
    assert found[0] == pytest.approx(0.14)
    truth, probabilities = drawn(1, classes=2)
    # two classes: both terms are the same, and scikit-learn counts one of them
    wanted = sklearn.metrics.brier_score_loss(truth, probabilities[:, 1])
    assert brier(truth, probabilities).mean() == pytest.approx(2 * wanted)


@given(seed=st.integers(0, 100))
def test_log_loss_is_scikit_learns(seed: int) -> None:
    truth, probabilities = drawn(seed)
    wanted = sklearn.metrics.log_loss(truth, probabilities, labels=[0, 1, 2])
    assert log_loss(truth, probabilities).mean() == pytest.approx(wanted)


def test_a_probability_of_zero_is_a_large_loss_and_no_infinite_one() -> None:
    (found,) = log_loss(np.array([0]), np.array([[0.0, 1.0]]))
    assert found == pytest.approx(126 * math.log(2))  # of the smallest normal float32, 2^-126


@given(seed=st.integers(0, 100))
def test_the_error_without_weights_is_that_of_one_evaluation(seed: int) -> None:
    truth, probabilities = drawn(seed)
    rounded = probabilities.astype(np.float32)
    (found,) = calibration_error(truth, rounded.astype(np.float64), np.ones((len(truth), 1)))
    assert found == pytest.approx(calibration(rounded, truth).ece, abs=1e-6)


@given(seed=st.integers(0, 100))
def test_a_weight_counts_as_so_many_copies_in_every_replicate(seed: int) -> None:
    truth, probabilities = drawn(seed)
    counts = np.random.default_rng(seed).integers(0, 3, (len(truth), 4))
    found = calibration_error(truth, probabilities, counts.astype(float))
    for replicate, value in zip(counts.T, found, strict=True):
        copies = np.repeat(np.arange(len(truth)), replicate)
        sure = probabilities[copies].max(axis=1)
        right = probabilities[copies].argmax(axis=1) == truth[copies]
        # a plain reading of Guo et al.: bin after bin
        bins = np.ceil(sure * 15).astype(int)
        gaps = [
            (bins == b).mean() * abs(right[bins == b].mean() - sure[bins == b].mean())
            for b in set(bins.tolist())
        ]
        assert value == pytest.approx(sum(gaps))


def test_without_any_weight_it_is_undefined() -> None:
    truth, probabilities = drawn(0)
    assert np.isnan(calibration_error(truth, probabilities, np.zeros((len(truth), 1))))[0]
