"""Saliency learning: what people marked should speak for the label.

    term = (1/B) Σ_b Σ_{t: Z_bt = 1} max(0, −s_bt),  s_t = e_t · ∂(log p_gold)/∂e_t

Ghaeini, Fern, Shahbazi & Tadepalli, "Saliency Learning", NAACL 2019; the formula is ours after their
text. On Yelp-HAT small runs raised the saliency accuracy (.56 to .77, .69 to .82) and not the task; at
a larger λ attention leaves what people marked, since the term is 0 as well where that says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor

from db.errors import UsageError
from pipeline.models.base import Model, Output
from pipeline.models.batches import Batch
from pipeline.objectives.base import Term
from pipeline.objectives.marked import marked, weighed


@dataclass(frozen=True)
class SaliencyLearning:
    """`target`: s is of "log_probability" of the gold class, or of its "logit", which a part common
    to all logits can raise without changing the prediction. `threshold`: marked is what a share of
    people, above 0, marked. Logs `saliency_accuracy`, the share of marked units with s > 0, in [0, 1].
    `certainty` (ours): a row counts by the certainty of its marks, in [0, 1]. Where class
    probabilities q are learned (ours), s is of Σ_c q_c log p_c, or of Σ_c q_c logit_c.
    """

    target: Literal["log_probability", "logit"] = "log_probability"
    threshold: float = 0.5
    certainty: bool = False

    name: ClassVar[str] = "saliency_learning"
    needs_human: ClassVar[bool] = True
    second_order: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.target not in ("log_probability", "logit"):
            raise UsageError(
                f"saliency_learning has the targets log_probability and logit, not {self.target!r}"
            )
        if not 0 < self.threshold <= 1:
            raise UsageError(
                f"saliency_learning: threshold lies above 0 and at 1 at most, not at {self.threshold}"
            )

    def term(self, output: Output, batch: Batch, model: Model) -> Term:
        """In [0, ∞), lower is better; 0 where every marked unit speaks for the label."""
        said = marked(batch, self.threshold)
        slope = self.saliency(output, batch)
        total = weighed(((-slope).clamp(min=0) * said).sum(-1), batch, self.certainty).mean()
        count = int(said.sum())
        right = float(((slope.detach() > 0) & said).sum()) / count if count else 0.0
        return Term(total, {"saliency_accuracy": right})

    def saliency(self, output: Output, batch: Batch) -> Tensor:
        """s, (B, T); with a gradient of its own."""
        values = output.logits if self.target == "logit" else output.logits.log_softmax(-1)
        if batch.goals is None:
            chosen = values.gather(1, batch.labels[:, None])
        else:
            chosen = batch.goals.to(values.dtype) * values
        (found,) = torch.autograd.grad(chosen.sum(), output.embeddings, create_graph=True)
        return (found * output.embeddings).sum(-1)
