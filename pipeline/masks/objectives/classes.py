"""Classification: KL(p(x) ‖ p(x⊙M)), nats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor


@dataclass(frozen=True)
class Classes:
    """Outputs are logits, shape (N, C). The paper's model is one of depth; this form is ours, with
    λ = .3, at which about a fifth of a digit is kept."""

    name: ClassVar[str] = "classes"
    share: ClassVar[float] = 0.3

    def between(self, whole: Tensor, masked: Tensor) -> Tensor:
        """0 or more; from log-softmax, so a probability of 0 costs no infinity."""
        was, now = whole.log_softmax(dim=1), masked.log_softmax(dim=1)
        return (was.exp() * (was - now)).sum(dim=1)
