"""Interpretable adversarial training of attention, on the words of the same text: AT rescaled.

    d_tk = (ã_k − ã_t)/|ã_k − ã_t|,  r_t = Σ_k w_tk d_tk,  w = ε·g/‖g‖₂,  g = ∂CE/∂w at w = 0

Kitada & Iyatomi, IEEE Access 9, 2021. Scores are numbers, so that d_tk is −1, 0 or 1 and g_tk is
d_tk · ∂CE/∂ã_t: where all scores differ, r is that of `attention_at` times √(T − 1). **It is no method
of its own**; tables say so. What the authors' program does differs: see `attention_iat_batch`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
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
class AttentionIAT:
    """`epsilon`: length of w over all pairs of words of a text."""

    epsilon: float = 1.0

    name: ClassVar[str] = "attention_iat"
    needs: ClassVar[frozenset[str]] = frozenset({ATTENTION})
    needs_human: ClassVar[bool] = False
    second_order: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_length(self.name, epsilon=self.epsilon)

    def perturbation(self, output: Output, batch: Batch, model: Model) -> Tensor:
        """r, (B, T), 0 where attention may not go."""
        slope = score_gradient(output, batch, model, task_loss(batch))
        return toward_words(slope, output, self.epsilon)

    def term_at(self, output: Output, batch: Batch, model: Model, r: Tensor) -> Term:
        """The term with r as it is; in [0, ∞), lower is better."""
        return Term(task_loss(batch)(attended_again(output, batch, model, r)).mean())

    def term(self, output: Output, batch: Batch, model: Model) -> Term:
        """As `attention_at`."""
        return self.term_at(output, batch, model, self.perturbation(output, batch, model))


def toward_words(slope: Tensor, output: Output, epsilon: float) -> Tensor:
    """r, (B, T), from ∂loss/∂ã: Σ_k w_tk d_tk with w of length ε along ∂loss/∂w."""
    scores = output.scores.detach()
    both = output.attended[:, :, None] & output.attended[:, None, :]
    directions = torch.sign(scores[:, None, :] - scores[:, :, None]) * both
    return (of_length(slope[..., None] * directions, epsilon) * directions).sum(-1)
