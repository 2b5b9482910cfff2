"""Conditional attention: how sharply a text is attended to depends on its attributes.

    ã_t = (u·a + b) · v·tanh(W h_t)       a: one 1 for each attribute whose value is known

Kitada, Iyatomi & Seki, "Conversion Prediction Using Multi-task Conditional Attention Networks to
Support the Creation of Effective Ad Creatives", KDD 2019. Ours starts with b = 1, near plain
additive attention, rather than at a random factor, which may be negative for every text at once.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from db.errors import ConfigError
from pipeline.models.additive import Additive
from pipeline.models.base import States
from pipeline.models.batches import Batch


class Conditional(Additive):
    """Additive attention, and u and b as `factor`. Values that are not known leave b alone."""

    def __init__(self, width: int, attention_dim: int, n_attributes: int) -> None:
        super().__init__(width, attention_dim, n_attributes)
        if n_attributes == 0:
            raise ConfigError(
                "conditional attention needs attributes: name some in [model] attributes"
            )
        self.factor = nn.Linear(n_attributes, 1)
        nn.init.ones_(self.factor.bias)

    def forward(self, states: States, batch: Batch) -> Tensor:
        """ã, (B, T); a batch that says nothing of attributes is one of unknown values."""
        scores = super().forward(states, batch)
        known = batch.attributes
        if known is None:
            known = torch.zeros(len(scores), self.factor.in_features, device=scores.device)
        factor: Tensor = self.factor(known.to(self.factor.weight))
        return scores * factor
