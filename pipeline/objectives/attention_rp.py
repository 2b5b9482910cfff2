"""Random perturbation of attention: the control of adversarial training, ε in no direction at all.

    term = CE(ã + r),  r = ε·u,  u a random unit vector

Kitada & Iyatomi, IEEE Access 9, 2021, who compare with it.
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
    random_scores,
    task_loss,
)


@dataclass(frozen=True)
class AttentionRP:
    """`epsilon`: length of r over the scores of a text, drawn anew in every step."""

    epsilon: float = 1.0

    name: ClassVar[str] = "attention_rp"
    needs: ClassVar[frozenset[str]] = frozenset({ATTENTION})
    needs_human: ClassVar[bool] = False
    second_order: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_length(self.name, epsilon=self.epsilon)

    def perturbation(self, output: Output, batch: Batch, model: Model) -> Tensor:
        """r, (B, T), 0 where attention may not go, from torch's random state."""
        return of_length(random_scores(output), self.epsilon)

    def term_at(self, output: Output, batch: Batch, model: Model, r: Tensor) -> Term:
        """The term with r as it is; in [0, ∞), lower is better."""
        return Term(task_loss(batch)(attended_again(output, batch, model, r)).mean())

    def term(self, output: Output, batch: Batch, model: Model) -> Term:
        """One further step from states to logits."""
        return self.term_at(output, batch, model, self.perturbation(output, batch, model))
