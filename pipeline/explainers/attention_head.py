"""What one head of one layer looks at (Clark, Khandelwal, Levy & Manning, BlackboxNLP 2019)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from db.errors import UsageError
from pipeline.explainers.base import NOTHING, Attribution, Cost, Shared
from pipeline.explainers.heads import looked_at, of_heads
from pipeline.models.base import HEADS


@dataclass(frozen=True)
class AttentionHead:
    """Weights from the first special token, pieces of a token summed: at least 0, sum at most 1.

    `layer` and `head` count from 0; −1 is the last layer, and the mean of all heads. It has no
    sign, is the same for every target class, and reaches both texts of a pair.
    """

    layer: int = -1
    head: int = -1

    name: ClassVar[str] = "attention_head"
    baseline: ClassVar[str] = NOTHING
    reduction: ClassVar[str] = NOTHING
    needs: ClassVar[frozenset[str]] = frozenset({HEADS})
    uses_gradient: ClassVar[bool] = False
    cost: ClassVar[Cost] = Cost(forward=(2, 2), backward=(0, 0))

    def __post_init__(self) -> None:
        for name in ("layer", "head"):
            if getattr(self, name) < -1:
                raise UsageError(f"attention_head: {name} must be −1, or counted from 0")

    def attribute(self, shared: Shared) -> Attribution:
        """One pass more, in which all layers are read."""
        return of_heads(shared, self._read)

    def _read(self, weights: Sequence[Tensor], start: Tensor) -> Tensor:
        """(W, L) of weights (W, A, L, L) a layer; UsageError where there is no such one."""
        for name, number, there in (
            ("layer", self.layer, len(weights)),
            ("head", self.head, weights[0].shape[1]),
        ):
            if number >= there:
                raise UsageError(
                    f"attention_head: there is no {name} {number}; the model has {there}, counted "
                    "from 0"
                )
        layer = weights[self.layer]
        return looked_at(start, layer.mean(1) if self.head < 0 else layer[:, self.head])
