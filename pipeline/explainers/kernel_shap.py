"""Kernel SHAP (Lundberg & Lee, NeurIPS 2017): Shapley values by weighted regression.

Captum works text by text and gives the whole and the empty text a large weight; ours works on all
texts of a batch together and makes them hold exactly, so that scores sum to f(x) − f(baseline).
Coalitions are drawn in pairs, each with what it leaves out (Covert & Lee, AISTATS 2021), which
takes a large part of the noise away; where all coalitions are no more than the samples asked for,
each is taken once and scores are the exact Shapley values. The tests compare with Captum on the
same coalitions, and with Shapley values by definition.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from scipy.special import comb  # type: ignore[import-untyped]
from torch import Tensor

from db.errors import UsageError
from pipeline.explainers.base import Attribution, Cost, Shared
from pipeline.explainers.baselines import ZERO, baseline_of, check_baseline, ends
from pipeline.explainers.coalitions import Masks, every_coalition, outputs
from pipeline.models.seeding import instance_generator


@dataclass(frozen=True)
class KernelShap:
    """Signed scores that sum to f(x) − f(baseline). `samples` coalitions a text, besides the whole
    and the empty one, rounded up to an even number. With fewer samples than about five times the
    tokens, scores are mostly noise. Details: `samples`, the coalitions used; `difference`;
    `exact`, 1 where every coalition was taken, else 0.
    """

    samples: int = 200
    baseline: str = ZERO

    name: ClassVar[str] = "kernel_shap"
    reduction: ClassVar[str] = "one score a token"
    uses_gradient: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_baseline(self.name, self.baseline)
        if self.samples < 2:
            raise UsageError("kernel_shap: samples must be 2 or more")

    @property
    def cost(self) -> Cost:
        """The prediction, the baseline, and a forward pass a coalition; one token needs none."""
        return Cost(forward=(2, 3 + self.samples), backward=(0, 0))

    def attribute(self, shared: Shared) -> Attribution:
        """Draw, ask the model, solve."""
        base = baseline_of(shared, self.baseline)
        reached, start = (end.double() for end in ends(shared, base))
        difference = reached - start
        masks, weights, exact = self.coalitions(shared)
        scores = difference[:, None]
        if masks.shape[2] > 1:
            gained = outputs(shared, masks, base) - start[:, None]
            scores = _solve(torch.from_numpy(masks).to(gained), weights, gained, difference)
        about = {"samples": masks.shape[1], "exact": float(exact)}
        return Attribution(scores, tuple({**about, "difference": d} for d in difference.tolist()))

    def coalitions(self, shared: Shared) -> tuple[Masks, Tensor, bool]:
        """Masks (B, S, T) without the whole and the empty text, weights (S,), and whether all.

        Drawn coalitions weigh the same, since they are drawn by the Shapley kernel.
        """
        n, tokens = len(shared.batch), shared.batch.ids.shape[1]
        device = shared.targets.device
        if 2**tokens - 2 <= self.samples:
            every = every_coalition(tokens)[1:-1]
            weights = torch.from_numpy(_kernel(tokens)[every.sum(-1)]).to(device)
            return np.repeat(every[None], n, axis=0), weights, True
        masks = np.stack([self._draw(shared.seed, i, tokens) for i in shared.batch.instance_ids])
        return masks, torch.ones(masks.shape[1], dtype=torch.float64, device=device), False

    def _draw(self, seed: int, instance_id: str, tokens: int) -> Masks:
        """(S, T): half of them drawn, a size by the kernel and then a set of that size."""
        rng = instance_generator(seed, self.name, instance_id)
        sizes = np.arange(1, tokens)
        chance = 1 / (sizes * (tokens - sizes))
        half = (self.samples + 1) // 2
        size = rng.choice(sizes, half, p=chance / chance.sum())
        stays = rng.random((half, tokens)).argsort(-1).argsort(-1) < size[:, None]
        return np.concatenate([stays, ~stays])


def _kernel(tokens: int) -> np.ndarray:
    """float64, shape (T + 1,): the Shapley kernel by size, 0 for none and all, which hold exactly.

    π(s) = (T − 1) / (C(T, s) · s · (T − s)).
    """
    weights = np.zeros(tokens + 1)
    sizes = np.arange(1, tokens)
    weights[1:-1] = (tokens - 1) / (comb(tokens, sizes) * sizes * (tokens - sizes))
    return weights


def _solve(stays: Tensor, weights: Tensor, gained: Tensor, difference: Tensor) -> Tensor:
    """(B, T): min Σ_s w_s (gained_s − Σ_{t in s} φ_t)² where Σ φ = difference.

    By Lagrange: φ = A⁺b + A⁺1 · (difference − 1ᵀA⁺b) / 1ᵀA⁺1, A = ZᵀWZ, b = ZᵀW·gained. With more
    tokens than coalitions, through K = W^½ZZᵀW^½, (B, S, S): A⁺ = ZᵀW^½ K⁺K⁺ W^½Z.
    """
    root = weights.sqrt()[:, None]
    z, y = root * stays, root * gained[..., None]
    across = z.transpose(1, 2)
    if z.shape[2] > z.shape[1]:
        inverse: Tensor = torch.linalg.pinv(z @ across, rtol=1e-10, hermitian=True)
        free = (across @ (inverse @ y)).squeeze(-1)
        ones = (across @ (inverse @ (inverse @ z.sum(-1, keepdim=True)))).squeeze(-1)
    else:
        inverse = torch.linalg.pinv(across @ z, rtol=1e-10, hermitian=True)
        free, ones = (inverse @ (across @ y)).squeeze(-1), inverse.sum(-1)
    found: Tensor = free + ones * ((difference - free.sum(-1)) / ones.sum(-1))[:, None]
    return found
