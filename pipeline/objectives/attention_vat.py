"""Virtual adversarial training of attention: predict alike where attention is moved the worst way.

    term = KL(p(ã) ‖ p(ã + r)),  r = ε·g/‖g‖₂,  g = ∂KL(p(ã) ‖ p(ã + ξu))/∂(ξu),  u random, of length 1

One power step (Miyato et al., TPAMI 41, 2019): at r = 0 the gradient is 0. p(ã) is the class
distribution, held fixed; no label is read, so that unlabelled texts teach too. Kitada & Iyatomi,
"Making Attention Mechanisms More Robust and Interpretable with Virtual Adversarial Training", 2021.
Small runs found no gain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from pipeline.models.base import Model, Output
from pipeline.models.batches import Batch
from pipeline.objectives.perturbing import (
    OfScores,
    Virtual,
    divergence_from,
    of_length,
    random_scores,
    score_gradient,
)


@dataclass(frozen=True)
class AttentionVAT(Virtual, OfScores):
    """`epsilon`: length of r over the scores of a text; `xi`: of the first, random step."""

    name: ClassVar[str] = "attention_vat"

    def perturbation(self, output: Output, batch: Batch, model: Model) -> Tensor:
        """r, (B, T), 0 where attention may not go."""
        first = of_length(random_scores(output), self.xi)
        slope = score_gradient(output, batch, model, divergence_from(output), first)
        return of_length(slope, self.epsilon)
