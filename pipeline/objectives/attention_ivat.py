"""Virtual adversarial attention along the directions between the words of a text.

    term = KL(p(ã) ‖ p(ã + r)),  r_t = Σ_k w_tk d_tk,  w = ε·g/‖g‖₂,  g = ∂KL/∂w

with d_tk as in `attention_iat`, and the derivative taken at w = ξ · a random vector of length 1. Kitada
& Iyatomi 2021. As there, scores are numbers: r is ∂KL/∂ã, each position scaled by how many scores
differ from its own, so that it is `attention_vat` with another first step and length.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from pipeline.models.base import ATTENTION, Model, Output
from pipeline.models.batches import Batch
from pipeline.objectives.attention_iat import toward_words
from pipeline.objectives.base import Term
from pipeline.objectives.perturbing import (
    attended_again,
    check_length,
    divergence_from,
    of_length,
    score_gradient,
)


@dataclass(frozen=True)
class AttentionIVAT:
    """`epsilon`: length of w over all pairs of words; `xi`: of the first, random step."""

    epsilon: float = 1.0
    xi: float = 0.1

    name: ClassVar[str] = "attention_ivat"
    needs: ClassVar[frozenset[str]] = frozenset({ATTENTION})
    needs_human: ClassVar[bool] = False
    second_order: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_length(self.name, epsilon=self.epsilon, xi=self.xi)

    def perturbation(self, output: Output, batch: Batch, model: Model) -> Tensor:
        """r, (B, T), 0 where attention may not go."""
        scores = output.scores.detach()
        both = output.attended[:, :, None] & output.attended[:, None, :]
        directions = torch.sign(scores[:, None, :] - scores[:, :, None]) * both
        drawn = torch.randn_like(directions) * both
        first = (of_length(drawn, self.xi) * directions).sum(-1)
        slope = score_gradient(output, batch, model, divergence_from(output), first)
        return toward_words(slope, output, self.epsilon)

    def term_at(self, output: Output, batch: Batch, model: Model, r: Tensor) -> Term:
        """The term with r as it is, nats; in [0, ∞), lower is better."""
        return Term(divergence_from(output)(attended_again(output, batch, model, r)).mean())

    def term(self, output: Output, batch: Batch, model: Model) -> Term:
        """As `attention_vat`."""
        return self.term_at(output, batch, model, self.perturbation(output, batch, model))
