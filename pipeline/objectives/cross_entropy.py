"""Cross-entropy of the predicted class probabilities: the task itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch.nn import functional

from pipeline.models.base import Model, Output
from pipeline.models.batches import Batch
from pipeline.objectives.base import Term


@dataclass(frozen=True)
class CrossEntropy:
    """−log p(label | text), mean over the batch, in nats; in [0, ∞), lower is better."""

    name: ClassVar[str] = "cross_entropy"
    needs_human: ClassVar[bool] = False
    second_order: ClassVar[bool] = False

    def term(self, output: Output, batch: Batch, model: Model) -> Term:
        """Every row of the batch needs a label."""
        return Term(functional.cross_entropy(output.logits, batch.labels))
