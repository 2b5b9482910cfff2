"""Learning a mask network beside a frozen model (Hu, Zhang & Okatani, 2019).

Least is mean difference(f(x), f(x⊙M(x))) + λ · share kept. Ours differs in that the network is
small and learned from nothing (the paper's is an encoder and decoder with pretrained weights), and
that it may stand before any function from inputs, or token embeddings, to outputs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from db.errors import DataError, UsageError
from pipeline.masks.objectives.base import Difference
from pipeline.masks.objectives.classes import Classes

Predict = Callable[[Tensor], Tensor]


class Part(NamedTuple):
    """Inputs that go through the model together, shape (n, …), all of one shape.

    `whole`: what `predict` makes of them unmasked, where that is known already; `real`: see
    `learn_mask`.
    """

    inputs: Tensor
    predict: Predict
    whole: Tensor | None = None
    real: Tensor | None = None


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
    padding is told by `real`, bool, shape (N, T, 1), and counts in no share. If `predict` is a
    module, it runs in eval mode and is put back after; none of its parameters or gradients change.
    The network is taken as it is given: seed torch before making it.
    """
    settings, difference = settings or MaskSettings(), difference or Classes()
    if not len(inputs):
        raise DataError("there are no inputs to learn a mask from")
    if real is not None and not real.flatten(1).any(dim=1).all():
        raise DataError("an input has no unit at all; leave it out before learning a mask")

    def parts(generator: torch.Generator) -> Iterator[Part]:
        order = torch.randperm(len(inputs), generator=generator).to(inputs.device)
        for at in range(0, len(order), settings.batch):
            rows = order[at : at + settings.batch]
            yield Part(inputs[rows], predict, real=None if real is None else real[rows])

    with resting(predict):
        return learn_from_parts(network, parts, difference, settings)


def learn_from_parts(
    network: nn.Module,
    parts: Callable[[torch.Generator], Iterable[Part]],
    difference: Difference | None = None,
    settings: MaskSettings | None = None,
) -> LearnedMask:
    """Train `network` in place; `parts` gives those of an epoch, in the order of its generator.

    For inputs that differ in length. A step follows as soon as `batch` inputs were seen, of however
    many parts, and every input counts the same in it. The model is expected at rest and frozen.
    """
    settings, difference = settings or MaskSettings(), difference or Classes()
    share = difference.share if settings.share is None else settings.share
    parameters = list(network.parameters())
    optimiser = torch.optim.Adam(parameters, settings.rate)
    generator = torch.Generator().manual_seed(settings.seed)
    history = np.zeros((settings.epochs, 2))
    for epoch in range(settings.epochs):
        seen, total = 0, 0
        for part in parts(generator):
            moved, kept = _terms(network, part, difference)
            torch.autograd.backward((moved + share * kept).sum(), inputs=parameters)
            history[epoch] += moved.sum().item(), kept.sum().item()
            seen, total = seen + len(moved), total + len(moved)
            if seen >= settings.batch:
                seen = _step(optimiser, parameters, seen)
        if seen:
            _step(optimiser, parameters, seen)
        history[epoch] /= max(total, 1)
    return LearnedMask(network, history, settings)


def _step(optimiser: torch.optim.Optimizer, parameters: list[nn.Parameter], seen: int) -> int:
    """By the mean gradient of the inputs seen; none are seen after it."""
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.grad /= seen
    optimiser.step()
    optimiser.zero_grad()
    return 0


def _terms(network: nn.Module, part: Part, difference: Difference) -> tuple[Tensor, Tensor]:
    """Difference and share kept of each input, shape (n,) both."""
    mask = masked(network(part.inputs), part.real)
    with torch.no_grad():
        whole = part.predict(part.inputs) if part.whole is None else part.whole
    moved = difference.between(whole, part.predict(part.inputs * mask))
    return moved, shares(mask, part.real)


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
