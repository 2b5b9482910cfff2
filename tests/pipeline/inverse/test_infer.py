"""Class images against sums over all inputs, finite differences, and the digits themselves."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch import nn

from db.errors import DataError, UsageError
from pipeline.inverse import PRIORS
from pipeline.inverse.boltzmann.machine import Machine
from pipeline.inverse.first_layer import preactivation
from pipeline.inverse.infer import InverseSettings, class_image
from pipeline.inverse.objective import entropy, objective
from pipeline.inverse.priors.boltzmann import Boltzmann
from pipeline.inverse.priors.flat import Flat
from pipeline.inverse.priors.means import Means


def all_inputs(size: int) -> torch.Tensor:
    return torch.tensor(list(itertools.product((0.0, 1.0), repeat=size)), dtype=torch.double)


def probabilities(inputs: torch.Tensor, m: torch.Tensor) -> torch.Tensor:
    return (inputs * m + (1 - inputs) * (1 - m)).prod(dim=1)


def test_moments_of_a_linear_layer_are_those_of_all_inputs() -> None:
    torch.manual_seed(0)
    first, m = nn.Linear(6, 4).double(), torch.rand(6, dtype=torch.double)
    inputs = all_inputs(6)
    q = probabilities(inputs, m)[:, None]
    made = first(inputs)
    mean = (q * made).sum(dim=0)
    found = preactivation(first, m)
    assert torch.allclose(found.mean, mean)
    assert torch.allclose(found.variance, (q * (made - mean) ** 2).sum(dim=0))


def test_moments_of_a_convolution_are_those_of_all_inputs() -> None:
    torch.manual_seed(1)
    first = nn.Conv2d(1, 2, 2, padding=1, stride=2).double()
    m = torch.rand(1, 3, 3, dtype=torch.double)
    inputs = all_inputs(9)
    q = probabilities(inputs, m.flatten())[:, None, None, None]
    made = first(inputs.reshape(-1, 1, 3, 3))
    mean = (q * made).sum(dim=0)
    found = preactivation(first, m)
    assert torch.allclose(found.mean, mean)
    assert torch.allclose(found.variance, (q * (made - mean) ** 2).sum(dim=0))


def prior_of(name: str, size: int) -> tuple[object, torch.Tensor]:
    """A prior, and its log p of every input of `size` units up to a constant."""
    rng = np.random.default_rng(0)
    inputs = all_inputs(size)
    if name == "flat":
        return Flat(), torch.zeros(len(inputs), dtype=torch.double)
    if name == "means":
        data = torch.from_numpy((rng.random((20, size)) < 0.3).astype(np.float64))
        p = (data.sum(dim=0) + 1) / 22
        return Means.learned(data), (inputs * p.log() + (1 - inputs) * (1 - p).log()).sum(dim=1)
    upper = np.triu(rng.normal(size=(size, size)), 1)
    machine = Machine(rng.normal(size=size), upper + upper.T)
    spins = 2 * inputs.numpy() - 1
    energy = spins @ machine.field + 0.5 * ((spins @ machine.coupling) * spins).sum(axis=1)
    return Boltzmann.of(machine), torch.from_numpy(energy)


@pytest.mark.parametrize("name", list(PRIORS))
def test_a_prior_is_the_expectation_over_all_inputs_up_to_a_constant(name: str) -> None:
    prior, log_p = prior_of(name, 5)
    torch.manual_seed(2)
    gaps = []
    for _ in range(3):
        m = torch.rand(5, dtype=torch.double)
        gaps.append(prior.expected(m) - (probabilities(all_inputs(5), m) * log_p).sum())
    assert torch.allclose(torch.stack(gaps), gaps[0].expand(3))


def test_entropy_is_that_of_all_inputs_and_finite_at_the_ends() -> None:
    logits = torch.tensor([0.0, 1.5, -2.0], dtype=torch.double)
    q = probabilities(all_inputs(3), logits.sigmoid())
    assert torch.allclose(entropy(logits), -(q * q.log()).sum())
    assert entropy(torch.tensor([400.0, -400.0])) == 0.0


@pytest.mark.parametrize("name", list(PRIORS))
def test_the_gradient_is_that_of_finite_differences(name: str) -> None:
    torch.manual_seed(3)
    first, rest = nn.Linear(5, 6).double(), nn.Sequential(nn.Tanh(), nn.Linear(6, 3)).double()
    noise = torch.randn(4, 6, dtype=torch.double)
    prior, _ = prior_of(name, 5)
    logits = torch.randn(5, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(
        lambda values: objective(first, rest, 1, prior, values, noise).total, [logits]
    )


def test_the_likelihood_is_near_the_sum_over_all_inputs() -> None:
    # Sums of ten units are nearly Gaussian: exact E_q[log p] within .05 nats.
    torch.manual_seed(4)
    first, rest = nn.Linear(10, 8).double(), nn.Sequential(nn.ReLU(), nn.Linear(8, 3)).double()
    logits = torch.randn(10, dtype=torch.double)
    inputs = all_inputs(10)
    with torch.no_grad():
        exact = (
            probabilities(inputs, logits.sigmoid()) * rest(first(inputs)).log_softmax(dim=1)[:, 2]
        ).sum()
        noise = torch.randn(20_000, 8, dtype=torch.double)
        found = objective(first, rest, 2, Flat(), logits, noise).likelihood
    assert found.item() == pytest.approx(exact.item(), abs=0.05)


@pytest.fixture(scope="module")
def digits() -> tuple[torch.Tensor, torch.Tensor]:
    data, labels = load_digits(return_X_y=True)
    return torch.from_numpy((data > 7).astype(np.float32)), torch.from_numpy(labels)


@pytest.fixture(scope="module")
def network(digits: tuple[torch.Tensor, torch.Tensor]) -> nn.Sequential:
    """A perceptron with 64 hidden units, trained on binarised digits in a fraction of a second."""
    inputs, labels = digits
    torch.manual_seed(0)
    made = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimiser = torch.optim.Adam(made.parameters(), 1e-2, weight_decay=1e-4)
    for _ in range(150):
        loss = nn.functional.cross_entropy(made(inputs), labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    made.zero_grad()
    return made


def test_every_digit_looks_most_like_itself(
    digits: tuple[torch.Tensor, torch.Tensor], network: nn.Sequential
) -> None:
    inputs, labels = digits
    means = torch.stack([inputs[labels == digit].mean(dim=0) for digit in range(10)]).numpy()
    before = [parameter.clone() for parameter in network.parameters()]
    noise, how = torch.randn(2000, 64), InverseSettings(steps=120)
    for digit in range(10):
        image = class_image(network[0], network[1:], digit, (64,), settings=how)
        assert ((means - image.m) ** 2).sum(axis=1).argmin() == digit
        with torch.no_grad():
            start = objective(network[0], network[1:], digit, Flat(), torch.zeros(64), noise).total
        assert image.history[-50:].sum(axis=1).mean() > start.item() + 0.1
    for was, parameter in zip(before, network.parameters(), strict=True):
        assert torch.equal(was, parameter) and parameter.grad is None


def test_the_same_seed_gives_the_same_image(network: nn.Sequential) -> None:
    how = InverseSettings(steps=15, seed=4)
    first, again = (class_image(network[0], network[1:], 3, (64,), settings=how) for _ in range(2))
    assert np.array_equal(first.m, again.m) and np.array_equal(first.history, again.history)
    assert first.m.dtype == np.float32 and first.history.shape == (15, 3)
    assert first.prior == "flat"


def test_a_prior_of_pixel_means_draws_the_border_to_white(
    digits: tuple[torch.Tensor, torch.Tensor], network: nn.Sequential
) -> None:
    # The leftmost column of a digit is hardly ever inked.
    how, prior = InverseSettings(steps=150), Means.learned(digits[0])
    flat = class_image(network[0], network[1:], 1, (64,), settings=how).m.reshape(8, 8)
    drawn = class_image(network[0], network[1:], 1, (64,), prior, how).m.reshape(8, 8)
    assert drawn[:, 0].max() < 0.05 < flat[:, 0].min()


def test_a_convolution_can_be_the_first_layer() -> None:
    torch.manual_seed(0)
    first = nn.Conv2d(1, 4, 3)
    rest = nn.Sequential(nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 2))
    image = class_image(first, rest, 1, (1, 8, 8), settings=InverseSettings(steps=60, rate=0.1))
    assert image.m.shape == (1, 8, 8)
    assert image.history[-10:].sum(axis=1).mean() > image.history[:3].sum(axis=1).mean()


def test_units_that_do_not_matter_stay_at_a_half() -> None:
    first = nn.Linear(2, 1)
    with torch.no_grad():
        first.weight.copy_(torch.tensor([[8.0, 0.0]]))
        first.bias.fill_(-4.0)
    image = class_image(
        first, lambda a: torch.cat([-a, a], dim=1), 1, (2,), settings=InverseSettings(rate=0.1)
    )
    assert image.m[0] > 0.9 and image.m[1] == pytest.approx(0.5, abs=1e-3)


def test_a_prior_is_learned_by_its_catalogue_name(
    digits: tuple[torch.Tensor, torch.Tensor],
) -> None:
    small = digits[0][:60, 18:30]
    for name in PRIORS:
        prior = PRIORS.load(name).learned(small)
        assert prior.name == name and torch.isfinite(prior.expected(torch.full((12,), 0.4)))


def test_what_cannot_be_asked_is_refused(network: nn.Sequential) -> None:
    with pytest.raises(UsageError, match="no class 10"):
        class_image(network[0], network[1:], 10, (64,))
    with pytest.raises(UsageError, match="not BatchNorm1d"):
        preactivation(nn.BatchNorm1d(3), torch.rand(3))
    with pytest.raises(UsageError, match="not ReLU"):
        class_image(nn.ReLU(), network[1:], 0, (64,))
    with pytest.raises(UsageError, match=r"takes inputs of shape \(64,\), not \(8, 8\)"):
        class_image(network[0], network[1:], 0, (8, 8))
    with pytest.raises(UsageError, match=r"\(1, H, W\)"):
        preactivation(nn.Conv2d(1, 2, 3), torch.rand(8, 8))
    with pytest.raises(UsageError, match="steps and samples"):
        InverseSettings(steps=0)
    with pytest.raises(DataError, match="2 values of the inputs are not 0 or 1"):
        Means.learned(torch.tensor([[0.5, 1.0], [0.0, 2.0]]))
    with pytest.raises(DataError, match="shape"):
        Boltzmann.learned(torch.zeros(0, 3))
