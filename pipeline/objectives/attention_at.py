"""Adversarial training of attention: do well where attention is moved the worst way.

    term = CE(ã + r),  r = ε·g/‖g‖₂,  g = ∂CE/∂ã      (of each row)

Kitada & Iyatomi, "Attention Meets Perturbations", IEEE Access 9, 2021. Small runs on Yelp-HAT and SST
found no gain in accuracy or in alignment with people; the published gains are not confirmed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from pipeline.models.base import Model, Output
from pipeline.models.batches import Batch
from pipeline.objectives.perturbing import OfScores, of_length, score_gradient, task_loss


@dataclass(frozen=True)
class AttentionAT(OfScores):
    """`epsilon`: length of r over the scores of a text. r = 0 where the gradient is 0 (one token)."""

    name: ClassVar[str] = "attention_at"

    def perturbation(self, output: Output, batch: Batch, model: Model) -> Tensor:
        """r, (B, T), 0 where attention may not go."""
        return of_length(score_gradient(output, batch, model, task_loss(batch)), self.epsilon)
