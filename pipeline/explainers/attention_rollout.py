"""Attention rollout (Abnar & Zuidema, "Quantifying Attention Flow in Transformers", ACL 2020).

Each layer mixes half of what a position was with half of what it looks at, heads averaged; the
product of all layers says how much of every position is in the first one at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from pipeline.explainers.base import NOTHING, Attribution, Cost, Shared
from pipeline.explainers.heads import looked_at, of_heads
from pipeline.models.base import HEADS


@dataclass(frozen=True)
class AttentionRollout:
    """At least 0; what special tokens hold is missing from the sum, which is below 1.

    It has no sign, is the same for every target class, and reaches both texts of a pair. Pieces of
    a token are summed. Rows of A sum to 1, so that ½A + ½I needs no normalising again.
    """

    name: ClassVar[str] = "attention_rollout"
    baseline: ClassVar[str] = NOTHING
    reduction: ClassVar[str] = NOTHING
    needs: ClassVar[frozenset[str]] = frozenset({HEADS})
    uses_gradient: ClassVar[bool] = False
    cost: ClassVar[Cost] = Cost(forward=(2, 2), backward=(0, 0))

    def attribute(self, shared: Shared) -> Attribution:
        """One pass more, in which all layers are read."""
        return of_heads(shared, rolled_out)


def rolled_out(weights: Sequence[Tensor], start: Tensor) -> Tensor:
    """(W, L): start · Π ½(Ā + I), last layer first, from weights (W, A, L, L) a layer."""
    found = start
    for layer in reversed(weights):
        mean = layer.mean(1)
        found = 0.5 * found + 0.5 * looked_at(found, mean)
    return found
