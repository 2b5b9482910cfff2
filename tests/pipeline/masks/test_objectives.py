"""Differences of predictions against scipy, hand arithmetic and plain readings; the two controls."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from db.errors import DataError
from pipeline.masks import DIFFERENCES
from pipeline.masks.controls import other_masks, random_masks
from pipeline.masks.objectives.classes import Classes
from pipeline.masks.objectives.maps import Maps
from pipeline.masks.objectives.vectors import Vectors


def test_classes_differ_by_the_divergence_of_scipy() -> None:
    torch.manual_seed(0)
    whole, masked = torch.randn(2, 6, 4, dtype=torch.double)
    p, q = special.softmax(whole.numpy(), axis=1), special.softmax(masked.numpy(), axis=1)
    found = Classes().between(whole, masked)
    assert np.allclose(found, [stats.entropy(a, b) for a, b in zip(p, q, strict=True)])
    sure = torch.tensor([[1000.0, -1000.0]])
    assert Classes().between(sure, sure).item() == 0.0
    assert math.isfinite(Classes().between(sure, -sure).item())


def test_vectors_differ_by_hand() -> None:
    # Errors .5 and 1.5 with α = .5: ½(ln 1 + ln 2) = .347.
    found = Vectors().between(torch.tensor([[1.0, 2.0]]), torch.tensor([[1.5, 0.5]]))
    assert found.item() == pytest.approx(0.5 * math.log(2))
    with pytest.raises(DataError, match="shape"):
        Vectors().between(torch.zeros(2, 1, 3, 3), torch.zeros(2, 1, 3, 3))


def test_maps_differ_as_a_plain_reading_says() -> None:
    rng = np.random.default_rng(0)
    g, d = rng.normal(size=(2, 4, 5))
    error, slope_x, slope_y, angle = [], [], [], []
    for i in range(4):
        for j in range(5):
            error.append(math.log(abs(d[i, j] - g[i, j]) + 0.5))
            if i == 3 or j == 4:
                continue
            dx, dy, gx, gy = (
                d[i, j + 1] - d[i, j], d[i + 1, j] - d[i, j],
                g[i, j + 1] - g[i, j], g[i + 1, j] - g[i, j],
            )  # fmt: skip
            slope_x.append(math.log(abs(dx - gx) + 0.5))
            slope_y.append(math.log(abs(dy - gy) + 0.5))
            n, m = np.array([-dx, -dy, 1.0]), np.array([-gx, -gy, 1.0])
            angle.append(1 - n @ m / (np.linalg.norm(n) * np.linalg.norm(m)))
    expected = sum(map(np.mean, (error, slope_x, slope_y, angle)))
    whole, masked = torch.from_numpy(g)[None], torch.from_numpy(d)[None]
    assert Maps().between(whole, masked).item() == pytest.approx(expected)
    assert torch.equal(
        Maps().between(whole[:, None], masked[:, None]), Maps().between(whole, masked)
    )
    for wrong in (torch.zeros(2, 3), torch.zeros(2, 3, 4, 4), torch.zeros(2, 1, 1, 4)):
        with pytest.raises(DataError, match="maps are outputs"):
            Maps().between(wrong, wrong)


@pytest.mark.parametrize("name", list(DIFFERENCES))
def test_equal_predictions_are_the_nearest(name: str) -> None:
    torch.manual_seed(1)
    shape = (8, 1, 5, 5) if name == "maps" else (8, 5)
    whole = torch.randn(shape, dtype=torch.double)
    difference = DIFFERENCES.load(name)()
    assert difference.name == name
    least = difference.between(whole, whole)
    assert least.shape == (8,)
    moved = difference.between(whole, whole + torch.randn(shape, dtype=torch.double))
    assert (moved > least).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 6), st.integers(1, 7), st.integers(0, 1000))
def test_a_random_mask_is_the_same_values_among_real_units(n: int, size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    real = torch.from_numpy(rng.random((n, size, 1)) < 0.7)
    masks = torch.from_numpy(rng.random((n, size, 1))) * real
    made = random_masks(masks, real, seed)
    assert torch.equal(made.sort(dim=1).values, masks.sort(dim=1).values)
    assert (made[~real] == 0).all()
    assert torch.equal(made, random_masks(masks, real, seed))


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 9), st.integers(0, 1000))
def test_another_inputs_mask_is_never_ones_own_and_each_is_lent_once(n: int, seed: int) -> None:
    masks = torch.arange(float(n))[:, None]
    lent = other_masks(masks, seed=seed)[:, 0]
    assert (lent != masks[:, 0]).all()
    assert sorted(lent.tolist()) == masks[:, 0].tolist()


def test_a_random_mask_is_in_every_place_as_often() -> None:
    # One unit of five kept in 5,000 inputs, always the first: about 1,000 in each place.
    masks = torch.zeros(5000, 5)
    masks[:, 0] = 1.0
    counts = random_masks(masks).sum(dim=0)
    assert stats.chisquare(counts.numpy()).pvalue > 0.001


def test_one_input_has_no_other() -> None:
    with pytest.raises(DataError, match="at least two inputs"):
        other_masks(torch.ones(1, 3))
