"""A rationale that knows nothing: the floor under every comparison."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch

from pipeline.explainers.base import NOTHING, Attribution, Cost, Shared
from pipeline.models.seeding import instance_generator


@dataclass(frozen=True)
class Random:
    """Uniform in [0, 1), drawn by the run's seed and the instance: the same in any batch."""

    name: ClassVar[str] = "random"
    baseline: ClassVar[str] = NOTHING
    reduction: ClassVar[str] = NOTHING
    uses_gradient: ClassVar[bool] = False
    cost: ClassVar[Cost] = Cost(forward=(1, 1), backward=(0, 0))

    def attribute(self, shared: Shared) -> Attribution:
        """Every token its own draw. The forward pass is for the predicted class only."""
        width = shared.batch.ids.shape[1]
        rows = [
            instance_generator(shared.seed, self.name, name).random(width, dtype=np.float32)
            for name in shared.batch.instance_ids
        ]
        return Attribution(torch.from_numpy(np.stack(rows)))
