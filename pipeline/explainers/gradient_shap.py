"""Gradient SHAP: expected gradients (Lundberg & Lee, NeurIPS 2017; Erion et al., 2021).

The definition is Captum's: gradients at random points between text (with noise, if asked for) and
baseline, times their difference, averaged. Captum's class draws from global generators, for a
batch as a whole; here every instance draws its own points, and the points of all instances go
through the model together. The derivative is still Captum's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import captum.attr  # type: ignore[import-untyped]
import numpy as np
import torch
from torch import Tensor

from db.errors import UsageError
from pipeline.explainers.base import Attribution, Cost, Shared
from pipeline.explainers.baselines import ZERO, baseline_of, check_baseline
from pipeline.models.seeding import instance_generator


@dataclass(frozen=True)
class GradientShap:
    """Signed scores. `samples` points a text; `noise`: standard deviation of normal noise on every
    embedding dimension, 0 for none. With one baseline and no noise this is integrated gradients by
    Monte Carlo, and scores sum to f(x) − f(baseline) in expectation only. Details: `samples`,
    `noise`.
    """

    samples: int = 20
    noise: float = 0.0
    baseline: str = ZERO

    name: ClassVar[str] = "gradient_shap"
    reduction: ClassVar[str] = "sum over embedding dimensions"
    uses_gradient: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_baseline(self.name, self.baseline)
        if self.samples < 1 or self.noise < 0:
            raise UsageError("gradient_shap: samples must be 1 or more, and noise 0 or more")

    @property
    def cost(self) -> Cost:
        """The prediction, and one pass a point, forth and back."""
        n = self.samples
        return Cost(forward=(1 + n, 1 + n), backward=(n, n))

    def attribute(self, shared: Shared) -> Attribution:
        """Sum over dimensions and mean over points; as many points a pass as the budget allows."""
        base = baseline_of(shared, self.baseline)
        size = max(1, shared.token_budget // (base.shape[1] * self.samples))
        parts = torch.split(torch.arange(len(shared.batch), device=base.device), size)
        scores = torch.cat([self._some(shared, base, rows) for rows in parts])
        details = {"samples": self.samples, "noise": self.noise}
        return Attribution(scores, (details,) * len(scores))

    def _some(self, shared: Shared, base: Tensor, rows: Tensor) -> Tensor:
        """(R, T): scores of the instances `rows`."""
        inputs = shared.output.embeddings.detach()[rows]
        shape = (len(rows), self.samples, *inputs.shape[1:])
        drawn = [self._draws(shared, row, shape[2:]) for row in rows.tolist()]
        along = torch.from_numpy(np.stack([at for at, _ in drawn])).to(inputs)
        texts = inputs[:, None].expand(shape)
        if self.noise:
            texts = texts + torch.from_numpy(np.stack([noise for _, noise in drawn])).to(inputs)
        away = (texts - base).flatten(0, 1)
        points = base + along.flatten()[:, None, None] * away
        owner = rows.repeat_interleave(self.samples)
        size = max(1, shared.token_budget // shape[2])
        pieces = zip(torch.split(points, size), torch.split(owner, size), strict=True)
        slope = torch.cat([_slope(shared, piece, of) for piece, of in pieces])
        return (away * slope).sum(-1).view(shape[:3]).mean(1)

    def _draws(
        self, shared: Shared, row: int, shape: tuple[int, ...]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Where on the line each point lies, (S,), in [0, 1), and its noise, (S, T, D) or empty."""
        rng = instance_generator(shared.seed, self.name, shared.batch.instance_ids[row])
        along = rng.random(self.samples)
        if not self.noise:
            return along, np.empty(0)
        return along, rng.normal(0, self.noise, (self.samples, *shape))


def _slope(shared: Shared, points: Tensor, owner: Tensor) -> Tensor:
    """(P, T, D): the derivative at points, each on the line of the instance `owner`, (P,)."""
    forward = shared.forward_from(shared.batch.take(owner))
    found: Tensor = captum.attr.Saliency(forward).attribute(
        points.requires_grad_(), target=shared.targets[owner], abs=False
    )
    return found.detach()
