"""What a first layer makes of random binary inputs: sums of many units, taken to be Gaussian."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn
from torch.nn import functional

from pipeline.inverse.checks import starts

First = nn.Linear | nn.Conv2d


class Preactivation(NamedTuple):
    """Mean Wm + b and variance W²·m(1 − m), in the shape of the layer's output of one input."""

    mean: Tensor
    variance: Tensor


def preactivation(first: First, m: Tensor) -> Preactivation:
    """`m`: probabilities that units are on, in the shape of one input: (D,), or (C, H, W).

    Exact moments; that the sum is Gaussian is the approximation, and covariances between outputs
    that share inputs are left out. UsageError for another layer, another shape, or a Conv2d
    that pads with anything but zeros.
    """
    starts(first, tuple(m.shape))
    spread = m * (1 - m)
    if isinstance(first, nn.Linear):
        mean = functional.linear(m, first.weight, first.bias)
        return Preactivation(mean, functional.linear(spread, first.weight.square()))
    squared = first.weight.square()
    return Preactivation(
        _convolved(first, m, first.weight, first.bias), _convolved(first, spread, squared, None)
    )


def _convolved(first: nn.Conv2d, one: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """The layer's convolution of one input with other weights."""
    made = functional.conv2d(
        one[None],
        weight,
        bias,
        stride=first.stride,
        padding=first.padding,
        dilation=first.dilation,
        groups=first.groups,
    )
    return made[0]
