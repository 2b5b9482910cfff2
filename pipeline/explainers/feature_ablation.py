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
from pipeline.explainers.coalitions import forward_from_stays


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
        """The feature is whether a token stays."""
        forward = forward_from_stays(shared, baseline_of(shared, self.baseline))
        found: Tensor = captum.attr.FeatureAblation(forward).attribute(
            torch.ones_like(shared.output.embeddings[..., :1]),
            baselines=0,
            target=shared.targets,
            perturbations_per_eval=max(1, shared.token_budget // shared.batch.ids.numel()),
        )
        return Attribution(found[..., 0])
