"""A rationale that prefers no token: what ties alone are worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch

from pipeline.explainers.base import NOTHING, Attribution, Cost, Shared


@dataclass(frozen=True)
class Constant:
    """1 for every token."""

    name: ClassVar[str] = "constant"
    baseline: ClassVar[str] = NOTHING
    reduction: ClassVar[str] = NOTHING
    uses_gradient: ClassVar[bool] = False
    cost: ClassVar[Cost] = Cost(forward=(1, 1), backward=(0, 0))

    def attribute(self, shared: Shared) -> Attribution:
        """All ones. The forward pass is for the predicted class only."""
        return Attribution(torch.ones(shared.batch.ids.shape))
