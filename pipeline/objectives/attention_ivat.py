"""Virtual adversarial attention along the directions between the words of a text.

    term = KL(p(ã) ‖ p(ã + r)),  r_t = Σ_k w_tk d_tk,  w = ε·g/‖g‖₂,  g = ∂KL/∂w

with d_tk as in `attention_iat`, and the derivative taken at w = ξ · a random vector of length 1. Kitada
& Iyatomi 2021. As there, scores are numbers: r is ∂KL/∂ã, each position scaled by how many scores
differ from its own, so that it is `attention_vat` with another first step and length. Small runs found
no gain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from pipeline.models.base import Model, Output
from pipeline.models.batches import Batch
from pipeline.objectives.attention_iat import along, word_directions
from pipeline.objectives.perturbing import (
    OfScores,
    Virtual,
    divergence_from,
    of_length,
    score_gradient,
)


@dataclass(frozen=True)
class AttentionIVAT(Virtual, OfScores):
    """`epsilon`: length of w over all pairs of words; `xi`: of the first, random step."""

    name: ClassVar[str] = "attention_ivat"

    def perturbation(self, output: Output, batch: Batch, model: Model) -> Tensor:
        """r, (B, T), 0 where attention may not go."""
        directions = word_directions(output)
        both = output.attended[:, :, None] & output.attended[:, None, :]
        drawn = torch.randn_like(directions) * both
        first = (of_length(drawn, self.xi) * directions).sum(-1)
        slope = score_gradient(output, batch, model, divergence_from(output), first)
        return along(slope, directions, self.epsilon)
