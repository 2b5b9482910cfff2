"""Attention times the norm of the gradient: where the model looks and what y depends on.

After Serrano & Smith (ACL 2019) and Chrysostomou & Aletras (ACL 2021), who scale attention by
∂y/∂α. Ours takes the norm of the derivative by the token's embedding instead, which every model
here has, and which is not changed by a part common to all tokens' states.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch

from pipeline.explainers.base import NOTHING, Attribution, Cost, Shared
from pipeline.models.base import ATTENTION


@dataclass(frozen=True)
class AttentionNorm:
    """α_t · ‖∂y/∂e_t‖₂: 0 or more, so without a sign; 0 on tokens of a second text, as α is."""

    name: ClassVar[str] = "attention_x_gradient_norm"
    baseline: ClassVar[str] = NOTHING
    reduction: ClassVar[str] = "L2 norm over embedding dimensions, times attention"
    needs: ClassVar[frozenset[str]] = frozenset({ATTENTION})
    uses_gradient: ClassVar[bool] = True
    cost: ClassVar[Cost] = Cost(forward=(1, 1), backward=(1, 1))

    def attribute(self, shared: Shared) -> Attribution:
        """Weight times length of the derivative."""
        norm = torch.linalg.vector_norm(shared.gradient, dim=-1)
        return Attribution(shared.output.attention.detach() * norm)
