"""The LSTM that differentiates twice equals torch's, and finite differences say its derivatives."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from db.errors import KonkyoError
from pipeline.models.twice import twice_differentiable


def lstm_of(steps: int) -> tuple[nn.LSTM, Tensor]:
    torch.manual_seed(steps)
    lstm = nn.LSTM(3, 2, batch_first=True).double()
    with torch.no_grad():
        for weight in lstm.parameters():
            weight *= 2  # gates that are not all half open
    return lstm, torch.randn(2, steps, 3, dtype=torch.float64, requires_grad=True)


def states_of(inputs: Tensor, *weights: Tensor) -> Tensor:
    """States as a function of inputs and weights."""
    return twice_differentiable(inputs, weights)


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_states_equal_those_of_torch(steps: int) -> None:
    lstm, inputs = lstm_of(steps)
    torch.testing.assert_close(twice_differentiable(inputs, lstm.parameters()), lstm(inputs)[0])


@pytest.mark.parametrize("steps", [1, 3])
def test_finite_differences_find_both_derivatives(steps: int) -> None:
    """By the inputs and by every weight; of the gradient by what it is multiplied with, too."""
    lstm, inputs = lstm_of(steps)
    given = (inputs, *lstm.parameters())
    assert torch.autograd.gradcheck(states_of, given)
    assert torch.autograd.gradgradcheck(states_of, given)


def test_a_third_derivative_is_refused_and_not_wrong() -> None:
    lstm, inputs = lstm_of(3)
    value = twice_differentiable(inputs, lstm.parameters()).sin().sum()
    (first,) = torch.autograd.grad(value, inputs, create_graph=True)
    with pytest.raises(KonkyoError, match="differentiated twice at most"):
        torch.autograd.grad(first.square().sum(), inputs, create_graph=True)


def test_mixed_precision_is_left_aside() -> None:
    lstm, inputs = lstm_of(3)
    lstm, inputs = lstm.float(), inputs.detach().float()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = twice_differentiable(inputs, lstm.parameters())
        half = twice_differentiable(inputs.bfloat16(), lstm.parameters())
    assert found.dtype == half.dtype == torch.float32
    torch.testing.assert_close(found, lstm(inputs)[0])
