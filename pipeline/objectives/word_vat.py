"""Virtual adversarial training of embeddings: predict alike where the words are moved the worst way.

    term = KL(p(ē) ‖ p(ē + r)),  r = ε·g/‖g‖₂,  g = ∂KL(p(ē) ‖ p(ē + ξu))/∂(ξu),  u random, of length 1

One power step, p(ē) held fixed. Miyato, Dai & Goodfellow, ICLR 2017; ē as in `word_at`. No label is read,
so that unlabelled texts teach too. Small runs found no gain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from pipeline.models.base import Model, Output
from pipeline.models.batches import Batch
from pipeline.objectives.perturbing import (
    OfEmbeddings,
    Virtual,
    divergence_from,
    embedding_gradient,
    of_length,
    spread_of,
    units,
)


@dataclass(frozen=True)
class WordVAT(Virtual, OfEmbeddings):
    """`epsilon`: length of r over all normalised embeddings of a text; `xi`: of the first step."""

    name: ClassVar[str] = "word_vat"

    def perturbation(self, output: Output, batch: Batch, model: Model) -> Tensor:
        """r as it is added to the embeddings, (B, T, D), 0 at padding."""
        spread = spread_of(output, batch)
        drawn = torch.randn_like(output.embeddings) * units(batch)[..., None]
        first = of_length(drawn, self.xi) * spread
        slope = embedding_gradient(output, batch, model, divergence_from(output), first)
        return of_length(slope * spread, self.epsilon) * spread
