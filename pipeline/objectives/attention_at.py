"""Adversarial training of attention: do well where attention is moved the worst way.

    term = CE(ã + r),  r = ε·g/‖g‖₂,  g = ∂CE/∂ã      (of each row)

Kitada & Iyatomi, "Attention Meets Perturbations", IEEE Access 9, 2021. Small runs on Yelp-HAT and SST
found no gain in accuracy or in alignment with people; the published gains are not confirmed here.
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
    of_length,
    score_gradient,
    task_loss,
)


@dataclass(frozen=True)
class AttentionAT:
    """`epsilon`: length of r over the scores of a text. r = 0 where the gradient is 0 (one token)."""

    epsilon: float = 1.0

    name: ClassVar[str] = "attention_at"
    needs: ClassVar[frozenset[str]] = frozenset({ATTENTION})
    needs_human: ClassVar[bool] = False
    second_order: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_length(self.name, epsilon=self.epsilon)

    def perturbation(self, output: Output, batch: Batch, model: Model) -> Tensor:
        """r, (B, T), 0 where attention may not go."""
        return of_length(score_gradient(output, batch, model, task_loss(batch)), self.epsilon)

    def term_at(self, output: Output, batch: Batch, model: Model, r: Tensor) -> Term:
        """The term with r as it is; in [0, ∞), lower is better."""
        return Term(task_loss(batch)(attended_again(output, batch, model, r)).mean())

    def term(self, output: Output, batch: Batch, model: Model) -> Term:
        """One further step from states to logits, twice: no encoding is done again."""
        return self.term_at(output, batch, model, self.perturbation(output, batch, model))
