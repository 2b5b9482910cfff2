"""Random perturbation of attention: the control of adversarial training, ε in no direction at all.

    term = CE(ã + r),  r = ε·u,  u a random unit vector

Kitada & Iyatomi, IEEE Access 9, 2021, who compare with it. Small runs found no
difference from plain training.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from pipeline.models.base import Model, Output
from pipeline.models.batches import Batch
from pipeline.objectives.perturbing import OfScores, of_length, random_scores


@dataclass(frozen=True)
class AttentionRP(OfScores):
    """`epsilon`: length of r over the scores of a text, drawn anew in every step."""

    name: ClassVar[str] = "attention_rp"

    def perturbation(self, output: Output, batch: Batch, model: Model) -> Tensor:
        """r, (B, T), 0 where attention may not go, from torch's random state."""
        return of_length(random_scores(output), self.epsilon)
