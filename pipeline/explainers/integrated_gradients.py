"""Integrated gradients (Sundararajan, Taly & Yan, ICML 2017), with as many steps as it takes.

Scores should sum to f(x) − f(baseline). How far they are off, the completeness residual, is what
the steps of the integral are chosen by: 8 at first, then twice as many for the instances that are
still off, until none is or the most steps are reached.

Captum integrates over the embeddings themselves, with the model as a function of embeddings,
rather than over a layer of it: no hooks, and the instances that need more steps go on without
being embedded again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import captum.attr  # type: ignore[import-untyped]
import torch
from torch import Tensor

from db.errors import UsageError
from pipeline.explainers.base import Attribution, Cost, Shared
from pipeline.explainers.baselines import ZERO, baseline_of, ends


@dataclass(frozen=True)
class IntegratedGradients:
    """Signed scores; Gauss–Legendre quadrature on the line from the zero embedding.

    An instance is done when its residual is at most `tolerance` times |f(x) − f(baseline)|, or at
    most `floor` (in units of f) where that difference is near 0. Details: `steps`, `residual`
    (signed, sum of scores − difference), `difference`, and `converged`, 1 or 0.
    """

    tolerance: float = 0.02
    floor: float = 0.005
    first_steps: int = 8
    most_steps: int = 256

    name: ClassVar[str] = "integrated_gradients"
    baseline: ClassVar[str] = ZERO
    reduction: ClassVar[str] = "sum over embedding dimensions"
    uses_gradient: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not 1 <= self.first_steps <= self.most_steps:
            raise UsageError("integrated_gradients: first_steps must be in 1 … most_steps")
        if self.tolerance < 0 or self.floor < 0:
            raise UsageError("integrated_gradients: tolerance and floor must not be negative")

    @property
    def cost(self) -> Cost:
        """The prediction, then 8 … 8 + 16 + … + 256 steps, and one pass for the baseline."""
        rounds = [self.first_steps]
        while rounds[-1] * 2 <= self.most_steps:
            rounds.append(rounds[-1] * 2)
        fewest, most = rounds[0], sum(rounds)
        return Cost(forward=(2 + fewest, 2 + most), backward=(fewest, most))

    def attribute(self, shared: Shared) -> Attribution:
        """Double the steps of whoever is not done."""
        embeddings = shared.output.embeddings.detach()
        reached, start = ends(shared, baseline_of(shared, ZERO))
        difference = reached - start
        allowed = (self.tolerance * difference.abs()).clamp(min=self.floor)
        scores = torch.zeros(embeddings.shape[:2], dtype=embeddings.dtype, device=embeddings.device)
        residual, steps = torch.zeros_like(difference), torch.zeros_like(shared.targets)
        rows, count = torch.arange(len(embeddings), device=embeddings.device), self.first_steps
        while len(rows) and count <= self.most_steps:
            scores[rows] = self._integrate(shared, embeddings, rows, count)
            residual[rows] = scores[rows].sum(-1) - difference[rows]
            steps[rows] = count
            rows, count = rows[residual[rows].abs() > allowed[rows]], count * 2
        done = residual.abs() <= allowed
        columns = [column.tolist() for column in (steps, residual, difference, done)]
        return Attribution(
            scores,
            tuple(
                {"steps": n, "residual": off, "difference": total, "converged": float(ok)}
                for n, off, total, ok in zip(*columns, strict=True)
            ),
        )

    def _integrate(self, shared: Shared, embeddings: Tensor, rows: Tensor, steps: int) -> Tensor:
        """(R, T): scores of some rows; Captum takes so many steps at once as the budget allows.

        One call for all rows: Captum works out the nodes of the quadrature anew at every call,
        which for many steps takes longer than the passes through a small model.
        """
        captum_ig = captum.attr.IntegratedGradients(shared.forward_from(shared.batch.take(rows)))
        found: Tensor = captum_ig.attribute(
            embeddings[rows],
            target=shared.targets[rows],
            n_steps=steps,
            internal_batch_size=max(len(rows), shared.token_budget // embeddings.shape[1]),
        )
        return found.sum(-1)
