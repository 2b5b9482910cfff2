"""Grad-CAM (Selvaraju et al., ICCV 2017): which patches hold the states that speak for the class.

    w_h = mean over units of ∂y/∂s_uh,   score_u = ReLU(Σ_h w_h s_uh)

The states are the last before attention, and the derivative goes through attention too; the
authors' networks take a plain mean there. Scores are not scaled to a largest of 1, so that pictures
can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch

from pipeline.explainers.base import NOTHING, Attribution, Cost, Shared
from pipeline.explainers.baselines import explained_output
from pipeline.models.base import STATES, States


@dataclass(frozen=True)
class GradCam:
    """0 or above; 0 everywhere where no state speaks for the class.

    The pass goes on from the states alone: the convolutions are not derived. Read on the states of
    the finest layer that a model explains, one score a patch.
    """

    name: ClassVar[str] = "grad_cam"
    baseline: ClassVar[str] = NOTHING
    reduction: ClassVar[str] = "positive part of the states weighted by their mean gradients"
    uses_gradient: ClassVar[bool] = False
    cost: ClassVar[Cost] = Cost(forward=(1, 1), backward=(1, 1))
    needs: ClassVar[frozenset[str]] = frozenset({STATES})

    def attribute(self, shared: Shared) -> Attribution:
        """Derivative by the states, its mean over units, weighted sum, positive part."""
        found = shared.output
        with torch.enable_grad():
            hidden = found.states.hidden.detach().requires_grad_(True)
            states = States(hidden, found.states.query)
            logits = shared.model.attend(states, found.embeddings.detach(), shared.batch).logits
            rows = torch.arange(len(hidden), device=hidden.device)
            explained = explained_output(shared, logits, rows)
            (gradient,) = torch.autograd.grad(explained.sum(), hidden)
        scores = torch.einsum("bh,buh->bu", gradient.mean(1), hidden.detach())
        return Attribution(scores.relu())
