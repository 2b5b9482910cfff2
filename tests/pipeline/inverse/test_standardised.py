"""A first layer that reads standardised inputs, against sums over all inputs and against draws."""

from __future__ import annotations

import itertools

import torch
from torch import nn

from pipeline.inverse.first_layer import Standard, preactivation


def test_a_standardised_linear_layer_is_that_of_all_inputs() -> None:
    torch.manual_seed(0)
    first, m = nn.Linear(6, 4).double(), torch.rand(6, dtype=torch.double)
    standard = Standard(torch.rand(6).double(), torch.rand(6).double() + 0.2)
    inputs = torch.tensor(list(itertools.product((0.0, 1.0), repeat=6)), dtype=torch.double)
    q = (inputs * m + (1 - inputs) * (1 - m)).prod(dim=1)[:, None]
    made = first((inputs - standard.mean) / standard.spread)
    mean = (q * made).sum(dim=0)
    found = preactivation(first, m, standard)
    assert torch.allclose(found.mean, mean)
    assert torch.allclose(found.variance, (q * (made - mean) ** 2).sum(dim=0))


def test_what_pads_a_standardised_picture_is_its_mean_and_never_varies() -> None:
    # One window of 3 × 3 about the only pixel: the eight others are padding, 0 after standardising.
    first = nn.Conv2d(1, 1, 3, padding=1, bias=False)
    nn.init.ones_(first.weight)
    standard = Standard(torch.tensor([[[0.25]]]), torch.tensor([[[0.5]]]))
    found = preactivation(first, torch.tensor([[[0.5]]]), standard)
    assert found.mean.item() == (0.5 - 0.25) / 0.5
    assert found.variance.item() == 0.25 / 0.5**2


def test_moments_of_a_padded_convolution_are_those_of_draws() -> None:
    torch.manual_seed(1)
    first, m = nn.Conv2d(2, 3, 3, padding=1, stride=2), torch.rand(2, 6, 6)
    standard = Standard(
        torch.tensor([0.2, 0.6])[:, None, None], torch.tensor([0.3, 0.5])[:, None, None]
    )
    drawn = (torch.rand(40_000, 2, 6, 6) < m).float()
    with torch.no_grad():
        made = first((drawn - standard.mean) / standard.spread)
        found = preactivation(first, m, standard)
    error = made.std(dim=0) / 200  # √40,000 draws
    assert ((found.mean - made.mean(dim=0)).abs() < 5 * error).all()
    assert ((found.variance / made.var(dim=0) - 1).abs() < 0.05).all()
