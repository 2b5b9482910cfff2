"""Regression on numbers or vectors: the mean of ln(|difference| + .5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from db.errors import DataError


def log_error(difference: Tensor, alpha: float) -> Tensor:
    """ln(|e| + α), averaged over everything but the first axis: shape (N,); at least ln α."""
    return (difference.abs() + alpha).log().flatten(1).mean(dim=1)


@dataclass(frozen=True)
class Vectors:
    """Outputs are numbers, shape (N, K). The first of the three terms of maps: a vector has no
    neighbours. `alpha` is in the unit of the outputs: standardise them, or choose it by them."""

    alpha: float = 0.5
    name: ClassVar[str] = "vectors"
    share: ClassVar[float] = 5.0

    def between(self, whole: Tensor, masked: Tensor) -> Tensor:
        """Below 0 where errors are small: at least ln α."""
        if whole.ndim != 2:
            raise DataError(f"vectors are outputs of shape (N, K), not {tuple(whole.shape)}")
        return log_error(masked - whole, self.alpha)
