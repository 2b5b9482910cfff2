"""What a learned mask is to keep small, beside itself."""

from __future__ import annotations

from typing import ClassVar, Protocol

from torch import Tensor


class Difference(Protocol):
    """`between(whole, masked)`: outputs of the model on N inputs and on the same masked; returns
    shape (N,), lower is nearer, least where both are equal. `share`: the λ of the share kept that
    goes with this form by default."""

    name: ClassVar[str]
    share: ClassVar[float]

    def between(self, whole: Tensor, masked: Tensor) -> Tensor: ...
