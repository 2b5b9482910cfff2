"""Attention weights as a rationale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pipeline.explainers.base import NOTHING, Attribution, Cost, Shared
from pipeline.models.base import ATTENTION


@dataclass(frozen=True)
class Attention:
    """α of the pass that made the prediction: in [0, 1], summing to 1 over the first text.

    It has no sign and is the same for every target class. Tokens of a second text get 0.
    """

    name: ClassVar[str] = "attention"
    baseline: ClassVar[str] = NOTHING
    reduction: ClassVar[str] = NOTHING
    needs: ClassVar[frozenset[str]] = frozenset({ATTENTION})
    uses_gradient: ClassVar[bool] = False
    cost: ClassVar[Cost] = Cost(forward=(1, 1), backward=(0, 0))

    def attribute(self, shared: Shared) -> Attribution:
        """α as it is."""
        return Attribution(shared.output.attention)
