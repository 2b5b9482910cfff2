"""Interpretable adversarial training of attention, on the words of the same text: AT rescaled.

    d_tk = (ã_k − ã_t)/|ã_k − ã_t|,  r_t = Σ_k w_tk d_tk,  w = ε·g/‖g‖₂,  g = ∂CE/∂w at w = 0

Kitada & Iyatomi, IEEE Access 9, 2021. Scores are numbers, so that d_tk is −1, 0 or 1 and g_tk is
d_tk · ∂CE/∂ã_t: where all scores differ, r is that of `attention_at` times √(T − 1). **It is no method
of its own**; tables say so (`remark`). At the ε of `attention_at` it moves far more, and small runs found
losses (SST, Yelp-HAT: macro F1 −.035 and −.13). The authors' program differs: see `attention_iat_batch`.
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
class AttentionIAT(OfScores):
    """`epsilon`: length of w over all pairs of words of a text."""

    name: ClassVar[str] = "attention_iat"
    remark: ClassVar[str] = (
        "attention_iat moves scores as attention_at does, √(T − 1) times as far in a text of T words: "
        "it is no method of its own"
    )

    def perturbation(self, output: Output, batch: Batch, model: Model) -> Tensor:
        """r, (B, T), 0 where attention may not go."""
        slope = score_gradient(output, batch, model, task_loss(batch))
        return along(slope, word_directions(output), self.epsilon)


def word_directions(output: Output) -> Tensor:
    """d, (B, T, T): −1, 0 or 1, from each word t to each other k of the same text."""
    scores = output.scores.detach()
    both = output.attended[:, :, None] & output.attended[:, None, :]
    return torch.sign(scores[:, None, :] - scores[:, :, None]) * both


def along(slope: Tensor, directions: Tensor, epsilon: float) -> Tensor:
    """r, (B, T), from ∂loss/∂ã: Σ_k w_tk d_tk with w of length ε along ∂loss/∂w."""
    return (of_length(slope[..., None] * directions, epsilon) * directions).sum(-1)
