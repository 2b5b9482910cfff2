"""What an explainer is, and the one pass over a batch that all explainers share.

Every explainer gives one signed float32 score per unit (token, patch, feature): above 0 for the
target class, below 0 against it where the method can tell. Shapes: B instances, T units,
D embedding dimensions, C classes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple, Protocol, runtime_checkable

import torch
from captum.attr import Saliency  # type: ignore[import-untyped]
from torch import Tensor

from db.records import Instance
from pipeline.models.base import Model, Output, check_needs
from pipeline.models.batches import TOKEN_BUDGET, Batch
from pipeline.models.trained import TrainedModel

Explained = Literal["logit", "log_probability", "probability"]
NOTHING = "none"  # the baseline and the reduction of explainers that need none


class Cost(NamedTuple):
    """Passes through the model per instance, fewest and most.

    A pass of a batch counts as one for each of its instances. The first forward pass (prediction)
    and the first backward pass are shared by all explainers asked for together. `per_token`:
    forward passes more for every token, at most.
    """

    forward: tuple[int, int]
    backward: tuple[int, int]
    per_token: int = 0


@dataclass(frozen=True, eq=False)
class Attribution:
    """`scores`: (B, T); `details`: for each instance what the method reports of itself."""

    scores: Tensor
    details: tuple[Mapping[str, float], ...] = ()


class Explainer(Protocol):
    """A frozen dataclass, its fields being the explainer's options.

    `baseline` says against what it explains, `reduction` how embedding dimensions become one
    number; both are recorded with every rationale. `uses_gradient`: whether it reads
    `Shared.gradient`, for which the shared pass has to remember more.
    """

    name: str
    baseline: str
    reduction: str
    uses_gradient: bool

    @property
    def cost(self) -> Cost: ...

    def attribute(self, shared: Shared) -> Attribution:
        """Scores of every token of a batch."""
        ...


def check_explainers(model: TrainedModel, explainers: Sequence[Explainer]) -> None:
    """UsageError where the model lacks what one of them needs."""
    for one in explainers:
        check_needs(f"explainer {one.name}", one, model.settings.kind, model.module.offers)


@runtime_checkable
class Learning(Protocol):
    """An explainer that finds something out about the run first, once for all its instances."""

    @property
    def name(self) -> str: ...

    def learn(self, model: TrainedModel, instances: Sequence[Instance], seed: int) -> Any:
        """From instances that the run knew and was not judged by; what `Shared.learned` holds of it."""
        ...


@runtime_checkable
class Keeping(Learning, Protocol):
    """A learning explainer whose findings stand in a file beside the run's weights.

    They are found once a run: what stands in `file` is read rather than learned again.
    """

    file: ClassVar[str]

    def written(self, learned: Any) -> str:
        """The text of the file."""
        ...

    def read(self, path: Path) -> Any | None:
        """What `written` gave; None where it was learned with other options."""
        ...


@dataclass(frozen=True, eq=False)
class Shared:
    """A batch of instances of equal length, the pass through the model, and what it found.

    `targets`: int64 (B,), the classes explained; `explained`: which number of the target class;
    `seed`: of the whole run (an instance draws with `instance_generator`); `token_budget`: tokens
    that a pass should not exceed; `mean_embedding`: (D,), of the model's words, None where no
    explainer asked for it; `shape`: (rows, columns) of the units of a picture, () of others;
    `learned`: explainer → what it learned. The model's weights ask for no gradients here.
    """

    model: Model
    batch: Batch
    output: Output
    targets: Tensor
    explained: Explained
    seed: int
    token_budget: int
    mean_embedding: Tensor | None = None
    shape: tuple[int, ...] = ()
    learned: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def run(
        cls,
        model: Model,
        batch: Batch,
        targets: Tensor | None = None,
        *,
        explained: Explained = "logit",
        seed: int = 0,
        token_budget: int = TOKEN_BUDGET,
        with_gradient: bool = True,
        mean_embedding: Tensor | None = None,
        shape: tuple[int, ...] = (),
        learned: Mapping[str, Any] | None = None,
    ) -> Shared:
        """The pass. Where `targets` is −1, or not given, the predicted class is explained."""
        with torch.set_grad_enabled(with_gradient):
            embeddings = model.embed(batch).detach().requires_grad_(with_gradient)
            output = model(batch, embeddings=embeddings)
        predicted = output.logits.argmax(-1)
        chosen = predicted if targets is None else torch.where(targets < 0, predicted, targets)
        return cls(
            model,
            batch,
            output,
            chosen,
            explained,
            seed,
            token_budget,
            mean_embedding,
            shape,
            learned or {},
        )

    def measure(self, logits: Tensor) -> Tensor:
        """(B, C): the number explained, of every class, from the logits."""
        if self.explained == "logit":
            return logits
        return logits.log_softmax(-1) if self.explained == "log_probability" else logits.softmax(-1)

    def forward_from(self, batch: Batch) -> Callable[[Tensor], Tensor]:
        """The model as a function of embeddings alone, as Captum wants it.

        Captum stacks the steps of a path along the first axis: n copies of the batch.
        """

        def forward(embeddings: Tensor) -> Tensor:
            copies = len(embeddings) // len(batch)
            rows = torch.arange(len(batch), device=embeddings.device).repeat(copies)
            return self.measure(self.model(batch.take(rows), embeddings=embeddings).logits)

        return forward

    @cached_property
    def gradient(self) -> Tensor:
        """(B, T, D): the derivative of the number explained by each embedding, once for all."""
        captum = Saliency(lambda _: self.measure(self.output.logits))
        found: Tensor = captum.attribute(self.output.embeddings, target=self.targets, abs=False)
        return found
