"""What inverse inference maximises: E_q[log p(y*|x)] + E_q[log p(x)] + H(q), in nats."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from pipeline.inverse.first_layer import First, Standard, preactivation
from pipeline.inverse.priors.base import Prior


class Parts(NamedTuple):
    """Scalars: the expected log probability of the class (0 or less), the prior up to a constant,
    and the entropy (0 to D log 2)."""

    likelihood: Tensor
    prior: Tensor
    entropy: Tensor

    @property
    def total(self) -> Tensor:
        """The lower bound of log p(y*), up to the prior's constant."""
        return self.likelihood + self.prior + self.entropy


def objective(
    first: First,
    rest: Callable[[Tensor], Tensor],
    target: int,
    prior: Prior,
    logits: Tensor,
    noise: Tensor,
    standard: Standard | None = None,
) -> Parts:
    """`logits`: log m/(1 − m) in the shape of one input; `noise`: standard normal, (S, *output of
    the first layer), one row a sample; `rest`: what follows that layer, to class logits (S, C);
    `standard`: how the layer reads inputs, as they are by default."""
    m = logits.sigmoid()
    mean, variance = preactivation(first, m, standard)
    drawn = mean + variance.clamp_min(torch.finfo(m.dtype).tiny).sqrt() * noise
    likelihood = rest(drawn).log_softmax(dim=-1)[:, target].mean()
    return Parts(likelihood, prior.expected(m.flatten()), entropy(logits))


def entropy(logits: Tensor) -> Tensor:
    """Σ −m log m − (1 − m) log(1 − m), from logits: finite, and 0 at either end."""
    m = logits.sigmoid()
    return -(m * functional.logsigmoid(logits) + (1 - m) * functional.logsigmoid(-logits)).sum()
