"""DeepLIFT (Shrikumar, Greenside & Kundaje, ICML 2017), through Captum.

Captum's rescale rule is applied to activations that are torch modules (ReLU, Tanh, Softmax, …).
A recurrent layer, an activation called as a function, and products such as attention · state have
no rule: there the ordinary derivative at the instance is taken. In `mlp` the rule holds throughout;
in `residual_cnn` for its ReLUs, not for its attention; in `transformer` for such modules as its
architecture has. The kinds `…_attention` have none: they get (embedding − baseline) · derivative,
which with the zero embedding is `gradient`. How far scores are from summing to f(x) − f(baseline)
is recorded, not asserted.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import ClassVar

import captum.attr  # type: ignore[import-untyped]
from torch import Tensor, nn

from pipeline.explainers.base import Attribution, Cost, Shared
from pipeline.explainers.baselines import ZERO, baseline_of, check_baseline, ends


@dataclass(frozen=True)
class DeepLift:
    """Signed scores. Details: `residual` (sum of scores − difference) and `difference`."""

    baseline: str = ZERO

    name: ClassVar[str] = "deeplift"
    reduction: ClassVar[str] = "sum over embedding dimensions"
    uses_gradient: ClassVar[bool] = False
    cost: ClassVar[Cost] = Cost(forward=(4, 4), backward=(1, 1))

    def __post_init__(self) -> None:
        check_baseline(self.name, self.baseline)

    def attribute(self, shared: Shared) -> Attribution:
        """One pass of texts and baselines together, forth and back."""
        embeddings = shared.output.embeddings.detach()
        base = baseline_of(shared, self.baseline)
        with warnings.catch_warnings():
            # Captum says at every call that it hooks activations for as long as the call lasts.
            warnings.filterwarnings("ignore", "(?s)Setting forward, backward hooks", UserWarning)
            warnings.filterwarnings("ignore", ".*did not already require gradients", UserWarning)
            found: Tensor = captum.attr.DeepLift(_Module(shared)).attribute(
                embeddings, base.expand_as(embeddings), target=shared.targets
            )
        scores = found.detach().sum(-1)
        reached, start = ends(shared, base)
        difference = reached - start
        columns = ((scores.sum(-1) - difference).tolist(), difference.tolist())
        return Attribution(
            scores,
            tuple(
                {"residual": off, "difference": all_} for off, all_ in zip(*columns, strict=True)
            ),
        )


class _Module(nn.Module):
    """The model as a module of embeddings alone, in which Captum finds the activations."""

    def __init__(self, shared: Shared) -> None:
        super().__init__()
        self.model = shared.model
        self._forward = shared.forward_from(shared.batch)

    def forward(self, embeddings: Tensor) -> Tensor:
        return self._forward(embeddings)
