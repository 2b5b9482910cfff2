"""Adversarial attention along the directions to the other texts of the batch.

    d_bk = (ã_k − ã_b)/‖ã_k − ã_b‖₂ over the positions that both texts have,
    r_b = Σ_k w_bk d_bk,  w_b = ε·g_b/‖g_b‖₂,  g_bk = ∂CE/∂w_bk = ∂CE/∂ã_b · d_bk

The construction of the program of Kitada & Iyatomi (IEEE Access 9, 2021), whose published difference
from `attention_at` comes of it; the paper's formula is `attention_iat`. There r could descend as well:
here the sign is such that it climbs to first order. Small runs found no gain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from pipeline.models.base import Model, Output
from pipeline.models.batches import Batch
from pipeline.objectives.perturbing import OfScores, of_length, score_gradient, task_loss


@dataclass(frozen=True)
class AttentionIATBatch(OfScores):
    """`epsilon`: length of w over the other texts. A batch of one text is not perturbed."""

    name: ClassVar[str] = "attention_iat_batch"

    def perturbation(self, output: Output, batch: Batch, model: Model) -> Tensor:
        """r, (B, T), 0 where attention may not go."""
        slope = score_gradient(output, batch, model, task_loss(batch))
        scores = output.scores.detach()
        both = output.attended[:, None, :] & output.attended[None, :, :]
        toward = (scores[None, :, :] - scores[:, None, :]) * both
        length = toward.norm(dim=-1, keepdim=True)
        directions = toward / torch.where(length > 0, length, 1.0)
        along = torch.einsum("bt,bkt->bk", slope, directions)
        return torch.einsum("bk,bkt->bt", of_length(along, self.epsilon), directions)
