"""What a first layer makes of random binary inputs: sums of many units, taken to be Gaussian."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn
from torch.nn import functional

from pipeline.inverse.checks import starts

First = nn.Linear | nn.Conv2d


class Standard(NamedTuple):
    """A layer that reads (x − mean) / spread: both are broadcast to the shape of one input.

    Zero padding stands beyond the standardised input, so there x is the mean, without variance.
    """

    mean: Tensor
    spread: Tensor


class Preactivation(NamedTuple):
    """Mean Wz + b and variance W²·s², in the shape of the layer's output of one input, where z and
    s² are mean and variance of what the layer reads: m and m(1 − m), or those standardised."""

    mean: Tensor
    variance: Tensor


def preactivation(first: First, m: Tensor, standard: Standard | None = None) -> Preactivation:
    """`m`: probabilities that units are on, in the shape of one input: (D,), or (C, H, W).

    Exact moments; that the sum is Gaussian is the approximation, and covariances between outputs
    that share inputs are left out. UsageError for another layer, another shape, or a Conv2d
    that pads with anything but zeros.
    """
    starts(first, tuple(m.shape))
    read, variance = m, m * (1 - m)
    if standard is not None:
        read = (m - standard.mean) / standard.spread
        variance = variance / standard.spread**2
    squared = first.weight.square()
    if isinstance(first, nn.Linear):
        mean = functional.linear(read, first.weight, first.bias)
        return Preactivation(mean, functional.linear(variance, squared))
    return Preactivation(
        _convolved(first, read, first.weight, first.bias),
        _convolved(first, variance, squared, None),
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
