"""Association: attention should lie where the gradient does.

    term = (1/B) Σ_b D(α_b, g_b/Σg_b),  g_t = Σ_c |e_t · ∂p_c/∂e_t|

A loss of association (関連損失) has no public formula; this one is ours. Agreement of attention with gradients is not
agreement with people: small runs reached .79 while human alignment fell to chance; on Yelp-HAT Kendall's τ rose
from .44 to .64, alignment stayed, and macro F1 fell (.84 to .74, not confirmed). Watch the
entropy of attention (`entropy`, a share of log T), which may collapse.
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

DISTANCES = ("js", "symmetric_kl", "pearson")


@dataclass(frozen=True)
class Association:
    """`distance`: "js" (Jensen–Shannon, nats, in [0, log 2]), "symmetric_kl" (the mean of both
    directions), or "pearson" (1 − correlation, in [0, 2]). Rows of one unit count 0."""

    distance: Literal["js", "symmetric_kl", "pearson"] = "js"

    name: ClassVar[str] = "association"
    needs: ClassVar[frozenset[str]] = frozenset({ATTENTION})
    needs_human: ClassVar[bool] = False
    second_order: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.distance not in DISTANCES:
            raise UsageError(
                f"association has the distances {', '.join(DISTANCES)}, not {self.distance!r}"
            )

    def term(self, output: Output, batch: Batch, model: Model) -> Term:
        """Lower is better, 0 where both maps are the same. C − 1 backward passes."""
        there = output.attended
        goal = gradient_map(output)
        several = there.sum(-1) > 1
        rows = self._apart(output.attention, goal, there) * several
        return Term(rows.mean(), {"entropy": _entropy(output, several)})

    def _apart(self, alpha: Tensor, goal: Tensor, there: Tensor) -> Tensor:
        if self.distance == "pearson":
            return 1 - _correlation(alpha, goal, there)
        if self.distance == "js":
            middle = (alpha + goal) / 2
            return (_kl(alpha, middle) + _kl(goal, middle)) / 2
        return (_kl(alpha, goal) + _kl(goal, alpha)) / 2


def gradient_map(output: Output) -> Tensor:
    """g/Σg over the units attention may go to, (B, T); even where all derivatives are 0."""
    probabilities = output.logits.softmax(-1)
    left = total = torch.zeros_like(output.attention)
    for c in range(probabilities.shape[1] - 1):
        (slope,) = torch.autograd.grad(
            probabilities[:, c].sum(), output.embeddings, create_graph=True
        )
        found = (slope * output.embeddings).sum(-1)
        left, total = left - found, total + found.abs()
    total = total + left.abs()  # probabilities sum to 1, so that derivatives sum to 0
    total = total * output.attended
    whole = total.sum(-1, keepdim=True)
    even = output.attended / output.attended.sum(-1, keepdim=True)
    return torch.where(whole > 0, total / torch.where(whole > 0, whole, 1.0), even)


def _kl(p: Tensor, q: Tensor) -> Tensor:
    """Σ p log(p/q), (B,); terms with p = 0 are 0."""
    safe = p.clamp(min=FLOOR)
    return (p * (safe.log() - q.clamp(min=FLOOR).log())).sum(-1)


def _correlation(one: Tensor, other: Tensor, there: Tensor) -> Tensor:
    """Pearson over the units that are there, (B,); 0 where either does not vary."""
    n = there.sum(-1, keepdim=True)
    first = (one - one.sum(-1, keepdim=True) / n) * there
    second = (other - other.sum(-1, keepdim=True) / n) * there
    sizes = first.square().sum(-1) * second.square().sum(-1)
    varies = sizes > 0
    return torch.where(
        varies, (first * second).sum(-1) / torch.where(varies, sizes, 1.0).sqrt(), 0.0
    )


def _entropy(output: Output, several: Tensor) -> float:
    """Mean entropy of attention over log T, in [0, 1], of rows of several units."""
    if not bool(several.any()):
        return 0.0
    alpha = output.attention.detach()[several]
    lengths = output.attended[several].sum(-1).to(alpha.dtype)
    found = -(alpha * output.log_attention.detach()[several]).sum(-1) / lengths.log()
    return float(found.mean())


FLOOR = 1e-12
"""Below this a share is none: log 0 has no derivative."""
