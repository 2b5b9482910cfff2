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
    """−log p(label | text), mean over the batch, in nats; in [0, ∞), lower is better.

    Where rows have class probabilities q to learn (`goals`), −Σ_c q_c log p(c | text) instead; the
    least it can be is then their entropy (Peterson et al., ICCV 2019; Uma et al., JAIR 72, 2021).
    """

    name: ClassVar[str] = "cross_entropy"
    needs_human: ClassVar[bool] = False
    second_order: ClassVar[bool] = False

    def term(self, output: Output, batch: Batch, model: Model) -> Term:
        """Every row of the batch needs a label, or class probabilities."""
        if batch.goals is None:
            return Term(functional.cross_entropy(output.logits, batch.labels))
        goals = batch.goals.to(output.logits.dtype)
        return Term(-(goals * output.logits.log_softmax(-1)).sum(-1).mean())
