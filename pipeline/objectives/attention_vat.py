"""Virtual adversarial training of attention: predict alike where attention is moved the worst way.

    term = KL(p(ã) ‖ p(ã + r)),  r = ε·g/‖g‖₂,  g = ∂KL(p(ã) ‖ p(ã + ξu))/∂(ξu),  u random, of length 1

One power step (Miyato et al., TPAMI 41, 2019): at r = 0 the gradient is 0. p(ã) is the class
distribution, held fixed; no label is read, so that unlabelled texts teach too. Kitada & Iyatomi,
"Making Attention Mechanisms More Robust and Interpretable with Virtual Adversarial Training", 2021.
Small runs found no gain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from pipeline.models.base import ATTENTION, Model, Output
from pipeline.models.batches import Batch
from pipeline.objectives.base import Term
from pipeline.objectives.perturbing import (
    attended_again,
    check_length,
    divergence_from,
    of_length,
    random_scores,
    score_gradient,
)


@dataclass(frozen=True)
class AttentionVAT:
    """`epsilon`: length of r over the scores of a text; `xi`: of the first, random step."""

    epsilon: float = 1.0
    xi: float = 0.1

    name: ClassVar[str] = "attention_vat"
    needs: ClassVar[frozenset[str]] = frozenset({ATTENTION})
    needs_human: ClassVar[bool] = False
    second_order: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_length(self.name, epsilon=self.epsilon, xi=self.xi)

    def perturbation(self, output: Output, batch: Batch, model: Model) -> Tensor:
        """r, (B, T), 0 where attention may not go."""
        first = of_length(random_scores(output), self.xi)
        slope = score_gradient(output, batch, model, divergence_from(output), first)
        return of_length(slope, self.epsilon)

    def term_at(self, output: Output, batch: Batch, model: Model, r: Tensor) -> Term:
        """The term with r as it is, nats; in [0, ∞), lower is better."""
        return Term(divergence_from(output)(attended_again(output, batch, model, r)).mean())

    def term(self, output: Output, batch: Batch, model: Model) -> Term:
        """Two further steps from states to logits, one of them differentiated."""
        return self.term_at(output, batch, model, self.perturbation(output, batch, model))
