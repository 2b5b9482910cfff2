"""Feature ablation: what y loses when one token is put to the baseline, through Captum.

Leave-one-out, or erasure, of Li, Monroe & Jurafsky (2016), with the token kept in its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import captum.attr  # type: ignore[import-untyped]
import torch
from torch import Tensor

from pipeline.explainers.base import Attribution, Cost, Shared
from pipeline.explainers.baselines import ZERO, baseline_of, check_baseline


@dataclass(frozen=True)
class FeatureAblation:
    """f(x) − f(x without token t), signed. All D dimensions of a token go together.

    Captum takes as many tokens of all texts of a batch at once as the budget allows.
    """

    baseline: str = ZERO

    name: ClassVar[str] = "feature_ablation"
    reduction: ClassVar[str] = "one score a token"
    uses_gradient: ClassVar[bool] = False
    cost: ClassVar[Cost] = Cost(forward=(2, 2), backward=(0, 0), per_token=1)

    def __post_init__(self) -> None:
        check_baseline(self.name, self.baseline)

    def attribute(self, shared: Shared) -> Attribution:
        """The token is the feature: a mask says which dimensions belong together."""
        embeddings = shared.output.embeddings.detach()
        tokens = torch.arange(embeddings.shape[1], device=embeddings.device)
        found: Tensor = captum.attr.FeatureAblation(shared.forward_from(shared.batch)).attribute(
            embeddings,
            baseline_of(shared, self.baseline),
            target=shared.targets,
            feature_mask=tokens[None, :, None].expand(1, -1, embeddings.shape[2]),
            perturbations_per_eval=max(1, shared.token_budget // shared.batch.ids.numel()),
        )
        return Attribution(found[..., 0])
