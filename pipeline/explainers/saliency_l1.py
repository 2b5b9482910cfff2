"""Saliency with the L1 norm (Simonyan, Vedaldi & Zisserman, ICLR workshop 2014)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pipeline.explainers.base import NOTHING, Attribution, Cost, Shared


@dataclass(frozen=True)
class SaliencyL1:
    """Σ_d |∂y/∂e_td|: how steep y is in a token's embedding. 0 or more, so without a sign.

    The paper takes the largest derivative over channels; in text the norms are usual. The
    derivative is Captum's, taken once for all explainers of the batch.
    """

    name: ClassVar[str] = "saliency_l1"
    baseline: ClassVar[str] = NOTHING
    reduction: ClassVar[str] = "L1 norm over embedding dimensions"
    uses_gradient: ClassVar[bool] = True
    cost: ClassVar[Cost] = Cost(forward=(1, 1), backward=(1, 1))

    def attribute(self, shared: Shared) -> Attribution:
        """Sum of absolute derivatives."""
        return Attribution(shared.gradient.abs().sum(-1))
