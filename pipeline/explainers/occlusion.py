"""Occlusion (Zeiler & Fergus, ECCV 2014): a window slides over the text, through Captum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import captum.attr  # type: ignore[import-untyped]
import torch
from torch import Tensor

from db.errors import UsageError
from pipeline.explainers.base import Attribution, Cost, Shared
from pipeline.explainers.baselines import ZERO, baseline_of, check_baseline


@dataclass(frozen=True)
class Occlusion:
    """A token's score is the mean of f(x) − f(x without the window) over the windows it is in.

    Signed. A window is `window` neighbouring tokens, moved one token at a time; it stays within
    one text of a pair, and is no longer than that text. Neighbours are taken away together, so
    that a phrase counts even where each of its words could be spared; `window = 1` is
    `feature_ablation`. Details: `window`.
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
        forward, embeddings = shared.forward_from(shared.batch), shared.output.embeddings.detach()
        lengths = [int(shared.batch.first[0]), int(shared.batch.second[0])]
        sizes = [length for length in lengths if length]
        texts = torch.split(embeddings, sizes, dim=1)
        bases = torch.split(baseline_of(shared, self.baseline), sizes, dim=1)

        def joined(*parts: Tensor) -> Tensor:
            return forward(torch.cat(parts, dim=1))

        found: tuple[Tensor, ...] = captum.attr.Occlusion(joined).attribute(
            texts,
            tuple((min(self.window, text.shape[1]), text.shape[2]) for text in texts),
            baselines=bases,
            target=shared.targets,
            perturbations_per_eval=max(1, shared.token_budget // shared.batch.ids.numel()),
        )
        details = {"window": self.window}
        return Attribution(torch.cat(found, dim=1)[..., 0], (details,) * len(embeddings))
