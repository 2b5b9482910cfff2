"""Learning a mask network beside a frozen model (Hu, Zhang & Okatani, 2019).

Least is mean difference(f(x), f(x⊙M(x))) + λ · share kept. Ours differs in that the network is
small and learned from nothing (the paper's is an encoder and decoder with pretrained weights), and
that it may stand before any function from inputs, or token embeddings, to outputs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from db.errors import DataError, UsageError
from pipeline.masks.objectives.base import Difference
from pipeline.masks.objectives.classes import Classes

Predict = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class MaskSettings:
    """`share`: λ, None for the default of the form of answer; `rate`: of Adam."""

    share: float | None = None
    epochs: int = 30
    rate: float = 3e-3
    batch: int = 64
    seed: int = 0

    def __post_init__(self) -> None:
        if min(self.epochs, self.batch) < 1 or not self.rate > 0:
            raise UsageError("epochs and batch must be 1 or more, and the rate above 0")
        if self.share is not None and self.share < 0:
            raise UsageError("share must be 0 or more: it is what a kept unit costs")


@dataclass(frozen=True, eq=False)
class LearnedMask:
    """`network`: logits of the mask; `history`: float64, shape (epochs, 2): mean difference and
    mean share kept of each epoch, over the batches as they came."""

    network: nn.Module
    history: NDArray[np.float64]
    settings: MaskSettings

    def masks(self, inputs: Tensor, real: Tensor | None = None) -> Tensor:
        """0 to 1, in the shape of the network's logits; units that are not `real` are 0."""
        with torch.no_grad(), resting(self.network):
            return masked(self.network(inputs), real)


def learn_mask(
    predict: Predict,
    network: nn.Module,
    inputs: Tensor,
    difference: Difference | None = None,
    settings: MaskSettings | None = None,
    real: Tensor | None = None,
) -> LearnedMask:
    """Train `network` in place on `inputs`, shape (N, …); `predict`: inputs → outputs.

    The mask multiplies the inputs: pixels, features, or embeddings (N, T, E) of texts, whose
    padding is told by `real`, bool, shape (N, T, 1), and counts in no share. If `predict` is a module
    it runs in eval mode and gets it back as it was; none of its parameters or gradients change. The
    network is taken as it is given: seed torch before making it.
    """
    settings, difference = settings or MaskSettings(), difference or Classes()
    if not len(inputs):
        raise DataError("there are no inputs to learn a mask from")
    if real is not None and not real.flatten(1).any(dim=1).all():
        raise DataError("an input has no unit at all; leave it out before learning a mask")
    share = difference.share if settings.share is None else settings.share
    parameters = list(network.parameters())
    optimiser = torch.optim.Adam(parameters, settings.rate)
    generator = torch.Generator().manual_seed(settings.seed)
    history = np.zeros((settings.epochs, 2))
    with resting(predict):
        for epoch in range(settings.epochs):
            order = torch.randperm(len(inputs), generator=generator).to(inputs.device)
            for start in range(0, len(inputs), settings.batch):
                rows = order[start : start + settings.batch]
                here = None if real is None else real[rows]
                moved, kept = _parts(predict, network, inputs[rows], here, difference)
                gradients = torch.autograd.grad(moved + share * kept, parameters)
                for parameter, gradient in zip(parameters, gradients, strict=True):
                    parameter.grad = gradient
                optimiser.step()
                history[epoch] += np.array([moved.item(), kept.item()]) * len(rows) / len(inputs)
    return LearnedMask(network, history, settings)


def _parts(
    predict: Predict, network: nn.Module, x: Tensor, real: Tensor | None, difference: Difference
) -> tuple[Tensor, Tensor]:
    """Mean difference and mean share kept of a batch."""
    mask = masked(network(x), real)
    with torch.no_grad():
        whole = predict(x)
    return difference.between(whole, predict(x * mask)).mean(), shares(mask, real).mean()


def masked(logits: Tensor, real: Tensor | None) -> Tensor:
    """The mask of the logits, 0 where there is no unit."""
    mask = logits.sigmoid()
    return mask if real is None else mask * real


def shares(mask: Tensor, real: Tensor | None = None) -> Tensor:
    """Mean of the mask over the units of each input: shape (N,), 0 to 1."""
    if real is None:
        return mask.flatten(1).mean(dim=1)
    return mask.flatten(1).sum(dim=1) / real.flatten(1).sum(dim=1)


@contextmanager
def resting(predict: Predict) -> Iterator[None]:
    """A module in eval mode, its parts put back to their modes after; nothing for a function."""
    parts = list(predict.modules()) if isinstance(predict, nn.Module) else []
    modes = [part.training for part in parts]
    for part in parts:
        part.training = False
    try:
        yield
    finally:
        for part, mode in zip(parts, modes, strict=True):
            part.training = mode
