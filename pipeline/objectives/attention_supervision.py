"""Attention supervision: attention learns to spread as people's marks do.

    term = −(1/B) Σ_b Σ_t target_bt · log α_bt

Mathew et al., "HateXplain", AAAI 2021, and their code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor

from db.errors import UsageError
from pipeline.models.base import ATTENTION, Model, Output
from pipeline.models.batches import Batch
from pipeline.objectives.base import Term


@dataclass(frozen=True)
class AttentionSupervision:
    """Masked cross-entropy of attention α against what people marked, m.

    `target` "softmax" is softmax(`sharpness` · m), as in HateXplain with 5; "share" is m / Σm.
    Both are over the tokens attention may go to (marks on the second text of a pair are not
    used), and uniform where people were asked and marked none of these. A row that was not
    annotated contributes 0, and still counts in the mean over the batch.
    `certainty` (ours, off by default): a row counts by the certainty of its marks, the mean over
    the tokens attention may go to, in [0, 1]: less where few were asked, or where they differed.
    """

    target: Literal["softmax", "share"] = "softmax"
    sharpness: float = 5.0
    certainty: bool = False

    name: ClassVar[str] = "attention_supervision"
    needs: ClassVar[frozenset[str]] = frozenset({ATTENTION})
    needs_human: ClassVar[bool] = True
    second_order: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.target not in ("softmax", "share"):
            raise UsageError(
                f"attention_supervision has the targets softmax and share, not {self.target!r}"
            )

    def term(self, output: Output, batch: Batch, model: Model) -> Term:
        """In [0, ∞), lower is better; the least it can be is the targets' own entropy."""
        goal = self.targets(batch.marks.to(output.log_attention.dtype), output.attended)
        rows = -(goal * output.log_attention).sum(-1) * batch.annotated
        if self.certainty:
            rows = rows * batch.certainty.to(rows.dtype)
        return Term(rows.mean())

    def targets(self, marks: Tensor, attended: Tensor) -> Tensor:
        """(B, T), each row summing to 1 over the attended tokens, 0 elsewhere."""
        if self.target == "softmax":
            return (self.sharpness * marks).masked_fill(~attended, -torch.inf).softmax(-1)
        marks = marks * attended
        total = marks.sum(-1, keepdim=True)
        uniform = attended / attended.sum(-1, keepdim=True)
        return torch.where(total > 0, marks / torch.where(total > 0, total, 1.0), uniform)
