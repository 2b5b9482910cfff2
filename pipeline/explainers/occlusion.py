"""Occlusion (Zeiler & Fergus, ECCV 2014): a window slides over text or picture, through Captum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import captum.attr  # type: ignore[import-untyped]
import torch
from torch import Tensor

from db.errors import UsageError
from pipeline.explainers.base import Attribution, Cost, Shared
from pipeline.explainers.baselines import ZERO, baseline_of, check_baseline
from pipeline.explainers.coalitions import forward_from_stays


@dataclass(frozen=True)
class Occlusion:
    """A unit's score is the mean of f(x) − f(x without the window) over the windows it is in.

    Signed. Of a text, a window is `window` neighbouring tokens, moved one token at a time; it stays
    within one text of a pair, and is no longer than that text. Of a picture it is a square of
    `window` × `window` patches, moved one patch at a time, and no larger than the picture.
    Neighbours are taken away together, so that a phrase counts even where each of its words could
    be spared; `window = 1` is `feature_ablation`. Details: `window`.
    """

    window: int = 3
    baseline: str = ZERO

    name: ClassVar[str] = "occlusion"
    reduction: ClassVar[str] = "mean over the windows of a token"
    uses_gradient: ClassVar[bool] = False
    cost: ClassVar[Cost] = Cost(forward=(2, 2), backward=(0, 0), per_token=1)

    def __post_init__(self) -> None:
        check_baseline(self.name, self.baseline)
        if self.window < 1:
            raise UsageError("occlusion: window must be 1 or more")

    def attribute(self, shared: Shared) -> Attribution:
        """Each text is an input of its own to Captum, so that no window lies in both."""
        forward = forward_from_stays(shared, baseline_of(shared, self.baseline))
        parts = self._laid_out(shared, torch.ones_like(shared.output.embeddings[..., :1]))

        def joined(*pieces: Tensor) -> Tensor:
            return forward(torch.cat([piece.flatten(1, -2) for piece in pieces], dim=1))

        found: tuple[Tensor, ...] = captum.attr.Occlusion(joined).attribute(
            parts,
            tuple((*(min(self.window, n) for n in p.shape[1:-1]), p.shape[-1]) for p in parts),
            baselines=(0,) * len(parts),
            target=shared.targets,
            perturbations_per_eval=max(1, shared.token_budget // shared.batch.ids.numel()),
        )
        scores = torch.cat([one.flatten(1, -2) for one in found], dim=1)[..., 0]
        return Attribution(scores, ({"window": self.window},) * len(scores))

    def _laid_out(self, shared: Shared, stays: Tensor) -> tuple[Tensor, ...]:
        """A picture as (B, rows, columns, 1); a text or two as (B, T, 1) each."""
        if shared.shape:
            return (stays.reshape(len(stays), *shared.shape, 1),)
        lengths = [int(shared.batch.first[0]), int(shared.batch.second[0])]
        return torch.split(stays, [length for length in lengths if length], dim=1)
