"""Saliency with the L2 norm (Simonyan, Vedaldi & Zisserman, ICLR workshop 2014)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch

from pipeline.explainers.base import NOTHING, Attribution, Cost, Shared


@dataclass(frozen=True)
class SaliencyL2:
    """‖∂y/∂e_t‖₂: the most that y can change, to first order, per length that e_t is moved.

    0 or more, so without a sign. The paper takes the largest derivative over channels; in text
    the norms are usual. The derivative is Captum's, taken once for all explainers of the batch.
    """

    name: ClassVar[str] = "saliency_l2"
    baseline: ClassVar[str] = NOTHING
    reduction: ClassVar[str] = "L2 norm over embedding dimensions"
    uses_gradient: ClassVar[bool] = True
    cost: ClassVar[Cost] = Cost(forward=(1, 1), backward=(1, 1))

    def attribute(self, shared: Shared) -> Attribution:
        """Length of the derivative."""
        return Attribution(torch.linalg.vector_norm(shared.gradient, dim=-1))
