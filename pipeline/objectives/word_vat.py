"""Virtual adversarial training of embeddings: predict alike where the words are moved the worst way.

    term = KL(p(ē) ‖ p(ē + r)),  r = ε·g/‖g‖₂,  g = ∂KL(p(ē) ‖ p(ē + ξu))/∂(ξu),  u random, of length 1

One power step, p(ē) held fixed. Miyato, Dai & Goodfellow, ICLR 2017; ē as in `word_at`. No label is read,
so that unlabelled texts teach too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from pipeline.models.base import Model, Output
from pipeline.models.batches import Batch
from pipeline.objectives.base import Term
from pipeline.objectives.perturbing import (
    check_length,
    divergence_from,
    embedding_gradient,
    of_length,
    read_again,
    spread_of,
    units,
)


@dataclass(frozen=True)
class WordVAT:
    """`epsilon`: length of r over all normalised embeddings of a text; `xi`: of the first step."""

    epsilon: float = 1.0
    xi: float = 0.1

    name: ClassVar[str] = "word_vat"
    needs_human: ClassVar[bool] = False
    second_order: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_length(self.name, epsilon=self.epsilon, xi=self.xi)

    def perturbation(self, output: Output, batch: Batch, model: Model) -> Tensor:
        """r as it is added to the embeddings, (B, T, D), 0 at padding."""
        spread = spread_of(output, batch)
        drawn = torch.randn_like(output.embeddings) * units(batch)[..., None]
        first = of_length(drawn, self.xi) * spread
        slope = embedding_gradient(output, batch, model, divergence_from(output), first)
        return of_length(slope * spread, self.epsilon) * spread

    def term_at(self, output: Output, batch: Batch, model: Model, r: Tensor) -> Term:
        """The term with r as it is, nats; in [0, ∞), lower is better."""
        return Term(divergence_from(output)(read_again(output, batch, model, r)).mean())

    def term(self, output: Output, batch: Batch, model: Model) -> Term:
        """Three further passes, encoder and all."""
        return self.term_at(output, batch, model, self.perturbation(output, batch, model))
