"""Input × gradient (Shrikumar et al. 2016; in text, Denil et al. 2014)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pipeline.explainers.base import Attribution, Cost, Shared
from pipeline.explainers.baselines import ZERO


@dataclass(frozen=True)
class Gradient:
    """Σ_d e_td · ∂y/∂e_td: the change of y, to first order, when a token's embedding goes to 0.

    Signed, any size. The derivative is Captum's, taken once for all explainers of the batch.
    """

    name: ClassVar[str] = "gradient"
    baseline: ClassVar[str] = ZERO
    reduction: ClassVar[str] = "sum over embedding dimensions"
    uses_gradient: ClassVar[bool] = True
    cost: ClassVar[Cost] = Cost(forward=(1, 1), backward=(1, 1))

    def attribute(self, shared: Shared) -> Attribution:
        """Embedding times derivative, summed."""
        return Attribution((shared.output.embeddings * shared.gradient).sum(-1))
