"""LIME (Ribeiro, Singh & Guestrin, KDD 2016): a linear model of y around the text.

Samples, kernel and ridge are those of the authors' program for texts. Captum fits text by text;
ours draws and fits all texts of a batch together, and is held against Captum in the tests, on the
same samples. Differences from the authors: tokens are units by position rather than word types;
absent tokens are put to the baseline rather than cut out; tokens stay with probability ½ each; the
ridge is smaller; where all coalitions are no more than the samples asked for, each is taken once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from db.errors import UsageError
from pipeline.explainers.base import Attribution, Cost, Shared
from pipeline.explainers.baselines import ZERO, baseline_of, check_baseline
from pipeline.explainers.coalitions import Masks, every_coalition, outputs
from pipeline.models.seeding import instance_generator


@dataclass(frozen=True)
class Lime:
    """Signed coefficients, in units of y per token. `samples` coalitions a text, the whole one
    first; each weighs exp(−d²/(2 · `width`²)), d = 1 − √(share of tokens that stay), the cosine
    distance; squared coefficients cost `ridge`, the intercept nothing. With fewer samples than
    about five times the tokens, scores are mostly noise. Details: `samples`, the coalitions used;
    `width`; `ridge`; and `fit`, the weighted R² (1 is best; left out where y is the same on all
    samples).
    """

    samples: int = 200
    width: float = 0.25
    ridge: float = 0.01
    baseline: str = ZERO

    name: ClassVar[str] = "lime"
    reduction: ClassVar[str] = "one score a token"
    uses_gradient: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_baseline(self.name, self.baseline)
        if self.samples < 2 or self.width <= 0 or self.ridge <= 0:
            raise UsageError("lime: samples must be 2 or more, width and ridge above 0")

    @property
    def cost(self) -> Cost:
        """The prediction, and a forward pass a sample; of one token there are only two."""
        return Cost(forward=(3, 1 + self.samples), backward=(0, 0))

    def attribute(self, shared: Shared) -> Attribution:
        """Draw, ask the model, fit."""
        masks = self.masks(shared)
        found = outputs(shared, masks, baseline_of(shared, self.baseline))
        stays = torch.from_numpy(masks).to(found)
        scores, fits = self._fit(stays, found)
        details: list[dict[str, float]] = [
            {"samples": masks.shape[1], "width": self.width, "ridge": self.ridge}
            | ({} if math.isnan(fit) else {"fit": fit})
            for fit in fits.tolist()
        ]
        return Attribution(scores, tuple(details))

    def masks(self, shared: Shared) -> Masks:
        """bool, shape (B, S, T): what each instance is tried on, its own draws."""
        tokens = shared.batch.ids.shape[1]
        if 2**tokens <= self.samples:
            return np.repeat(every_coalition(tokens)[None], len(shared.batch), axis=0)
        drawn = [
            instance_generator(shared.seed, self.name, name).random((self.samples, tokens)) < 0.5
            for name in shared.batch.instance_ids
        ]
        masks = np.stack(drawn)
        masks[:, 0] = True
        return masks

    def weights(self, stays: Tensor) -> Tensor:
        """(B, S): the kernel. A coalition of no tokens is at distance 1."""
        distance = 1 - stays.mean(-1).sqrt()
        return (-(distance**2) / (2 * self.width**2)).exp()

    def _fit(self, stays: Tensor, found: Tensor) -> tuple[Tensor, Tensor]:
        """Coefficients (B, T) and weighted R² (B,) of the ridge regression with intercept."""
        weight = self.weights(stays)
        share = (weight / weight.sum(-1, keepdim=True))[..., None]
        x = stays - (share * stays).sum(1, keepdim=True)
        y = (found - (share[..., 0] * found).sum(-1, keepdim=True))[..., None]
        root = weight.sqrt()[..., None]
        scores = _ridge(root * x, root * y, self.ridge)
        left, total = ((share * of**2).sum((1, 2)) for of in (y - x @ scores, y))
        return scores[..., 0], torch.where(total > 0, 1 - left / total, torch.nan)


def _ridge(z: Tensor, y: Tensor, ridge: float) -> Tensor:
    """(B, T, 1): (ZᵀZ + ridge)⁻¹ Zᵀy, Z (B, S, T); solved in the smaller of S and T unknowns.

    Zᵀ(ZZᵀ + ridge)⁻¹ y is the same, and a text of 100,000 tokens has so no matrix of T × T.
    """
    across, samples, tokens = z.transpose(1, 2), z.shape[1], z.shape[2]
    penalty = ridge * torch.eye(min(samples, tokens), dtype=z.dtype, device=z.device)
    found: Tensor
    if tokens > samples:
        found = across @ torch.linalg.solve(z @ across + penalty, y)
    else:
        found = torch.linalg.solve(across @ z + penalty, across @ y)
    return found
