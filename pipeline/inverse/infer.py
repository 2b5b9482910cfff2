"""Inverse inference: the input that a class expects, as a probability for each unit.

p(x|y*) ∝ p(y*|x) p(x) over binary inputs, approximated by q = Π Bern(m_i) (mean field). The sums
that the first layer makes of x are drawn as Gaussians and reparameterised (Kingma & Welling, 2014;
for binary units, local reparameterisation), the network itself stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from db.errors import UsageError
from pipeline.inverse.checks import starts
from pipeline.inverse.first_layer import First, Standard, preactivation
from pipeline.inverse.objective import objective
from pipeline.inverse.opening import Opening
from pipeline.inverse.priors.base import Prior
from pipeline.inverse.priors.flat import Flat


@dataclass(frozen=True)
class InverseSettings:
    """`steps`, `rate`: of Adam on the logits of m; `samples`: draws of the first layer a step."""

    steps: int = 300
    rate: float = 0.05
    samples: int = 16
    seed: int = 0

    def __post_init__(self) -> None:
        if min(self.steps, self.samples) < 1 or not self.rate > 0:
            raise UsageError("steps and samples must be 1 or more, and the rate above 0")


@dataclass(frozen=True, eq=False)
class ClassImage:
    """`m`: float32, in the shape of one input, 0 to 1: how probably each unit is on in an input of
    the class; .5 where it does not matter. `history`: float64, shape (steps, 3): likelihood, prior
    and entropy at each step, nats; their sum is what rises, but for the noise of the draws."""

    target: int
    m: NDArray[np.float32]
    history: NDArray[np.float64]
    prior: str
    settings: InverseSettings


def class_image(
    first: First,
    rest: Callable[[Tensor], Tensor],
    target: int,
    shape: tuple[int, ...],
    prior: Prior | None = None,
    settings: InverseSettings | None = None,
    standard: Standard | None = None,
) -> ClassImage:
    """The mean of q after ascent from m = .5 everywhere; the same seed gives the same image.

    `rest(first(x))` must be the class logits of a batch x of inputs in {0, 1}; put a network with
    dropout or batch normalisation into eval mode before. `shape`: of one input; `standard`: how the
    first layer reads it, as it is by default. No parameter of the network is changed, nor its
    gradients.
    """
    settings, prior = settings or InverseSettings(), prior or Flat()
    starts(first, shape)
    weight = first.weight
    logits = weight.new_zeros(shape).requires_grad_()
    with torch.no_grad():
        made = preactivation(first, logits, standard).mean
        n_classes = rest(made[None]).shape[-1]
    if not 0 <= target < n_classes:
        raise UsageError(f"there is no class {target}: the model has classes 0 to {n_classes - 1}")
    generator = torch.Generator().manual_seed(settings.seed)
    ascent = torch.optim.Adam([logits], settings.rate, maximize=True)
    history = np.empty((settings.steps, 3))
    for step in range(settings.steps):
        noise = torch.randn(settings.samples, *made.shape, generator=generator).to(weight)
        parts = objective(first, rest, target, prior, logits, noise, standard)
        (logits.grad,) = torch.autograd.grad(parts.total, [logits])
        ascent.step()
        history[step] = [part.item() for part in parts]
    m = logits.detach().sigmoid().float().cpu().numpy()
    return ClassImage(target, m, history, prior.name, settings)


def class_images(
    opening: Opening,
    n_classes: int,
    prior: Prior | None = None,
    settings: InverseSettings | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[ClassImage]:
    """`class_image` of every class of an opened model, which is `frozen` meanwhile."""
    found = []
    for target in range(n_classes):
        first, rest, shape = opening.first, opening.rest, opening.shape
        found.append(class_image(first, rest, target, shape, prior, settings, opening.standard))
        if on_progress is not None:
            on_progress(target + 1, n_classes)
    return found
