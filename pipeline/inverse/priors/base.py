"""What a prior says: the expected log probability of inputs drawn pixel by pixel."""

from __future__ import annotations

from typing import ClassVar, Protocol

from torch import Tensor


class Prior(Protocol):
    """p(x) over binary inputs of D units, known up to a factor.

    `expected`: E_q[log p(x)] + a constant, a scalar, for q = Π Bern(m_i) with m shape (D,), 0 to 1;
    differentiable in m. `learned(inputs)`, a class method of each, makes it from inputs of 0 and 1,
    float, shape (N, D).
    """

    name: ClassVar[str]

    def expected(self, m: Tensor) -> Tensor: ...
