"""Each unit is on as often as in the data, on its own: Σ m log p + (1 − m) log(1 − p)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from pipeline.inverse.checks import binary


@dataclass(frozen=True, eq=False)
class Means:
    """`log_odds`: log p_i/(1 − p_i), shape (D,); of all classes together, so it draws every class
    image towards the mean of the data."""

    log_odds: Tensor
    name: ClassVar[str] = "means"

    @classmethod
    def learned(cls, inputs: Tensor) -> Means:
        """p_i = (count of ones + 1)/(N + 2) (Laplace): a unit that was never on stays possible."""
        binary(inputs)
        ones = inputs.sum(dim=0)
        return cls(((ones + 1) / (len(inputs) - ones + 1)).log())

    def expected(self, m: Tensor) -> Tensor:
        """m · log-odds, without the constant Σ log(1 − p)."""
        return (m * self.log_odds.to(m)).sum()
