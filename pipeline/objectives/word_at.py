"""Adversarial training of embeddings: do well where the words are moved the worst way.

    term = CE(ē + r),  r = ε·g/‖g‖₂,  g = ∂CE/∂ē,  ē the embeddings, each dimension of spread 1

Miyato, Dai & Goodfellow, ICLR 2017. They normalise over the vocabulary by frequency; ours is by the
spread over the batch, so that embeddings need not be of words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from pipeline.models.base import Model, Output
from pipeline.models.batches import Batch
from pipeline.objectives.base import Term
from pipeline.objectives.perturbing import (
    check_length,
    embedding_gradient,
    of_length,
    read_again,
    spread_of,
    task_loss,
)


@dataclass(frozen=True)
class WordAT:
    """`epsilon`: length of r over all normalised embeddings of a text."""

    epsilon: float = 1.0

    name: ClassVar[str] = "word_at"
    needs_human: ClassVar[bool] = False
    second_order: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_length(self.name, epsilon=self.epsilon)

    def perturbation(self, output: Output, batch: Batch, model: Model) -> Tensor:
        """r as it is added to the embeddings, (B, T, D), 0 at padding."""
        spread = spread_of(output, batch)
        slope = embedding_gradient(output, batch, model, task_loss(batch))
        return of_length(slope * spread, self.epsilon) * spread

    def term_at(self, output: Output, batch: Batch, model: Model, r: Tensor) -> Term:
        """The term with r as it is; in [0, ∞), lower is better."""
        return Term(task_loss(batch)(read_again(output, batch, model, r)).mean())

    def term(self, output: Output, batch: Batch, model: Model) -> Term:
        """Two further passes, encoder and all."""
        return self.term_at(output, batch, model, self.perturbation(output, batch, model))
