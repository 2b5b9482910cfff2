"""Explaining many instances by several methods, chunk by chunk.

Instances of equal length go together, up to a budget of tokens, through one forward pass that all
methods share. Each chunk is handed over as soon as it is there, so that the caller can store it:
a run that was interrupted goes on with the instances whose rationales are missing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from db.errors import UsageError
from db.records import Instance, Rationale
from pipeline.explainers import EXPLAINERS
from pipeline.explainers.base import NOTHING, Attribution, Explained, Explainer, Shared
from pipeline.models.batches import TOKEN_BUDGET, Batch, exact_batches
from pipeline.models.trained import TrainedModel, frozen


@dataclass(frozen=True)
class ExplainSettings:
    """`explained` is the target class's number that gradients are taken of.

    `options`: explainer → its options, such as {"integrated_gradients": {"tolerance": 0.01}}.
    """

    explained: Explained = "logit"
    token_budget: int = TOKEN_BUDGET
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def load(self, names: Sequence[str]) -> list[Explainer]:
        """The explainers with their options; unknown names and options are refused."""
        stray = next((name for name in self.options if name not in EXPLAINERS), None)
        if stray is not None:
            EXPLAINERS.load(stray)
        return [self._one(name) for name in dict.fromkeys(names)]

    def _one(self, name: str) -> Explainer:
        kind = EXPLAINERS.load(name)
        try:
            loaded: Explainer = kind(**self.options.get(name, {}))
        except TypeError as problem:
            raise UsageError(f"explainer {name}: {problem}") from problem
        return loaded


DEFAULTS = ExplainSettings()


def rationale_id(run_id: str, explainer: str, instance_id: str, target: int) -> str:
    """24 hex digits, the same whenever the same thing is explained again."""
    said = "\n".join([run_id, explainer, instance_id, str(target)])
    return hashlib.sha256(said.encode()).hexdigest()[:24]


def explain(
    model: TrainedModel,
    instances: Sequence[Instance],
    names: Sequence[str],
    *,
    seed: int = 0,
    settings: ExplainSettings = DEFAULTS,
    run_id: str = "",
    targets: Mapping[str, int] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Iterator[list[Rationale]]:
    """Rationales of `instances` by the explainers called `names`, a chunk at a time, short first.

    `targets`: instance → class number to explain (default: the predicted class). `on_progress`
    gets the number of instances done, and of all. What is wrong with the arguments is said at
    once, not with the first chunk.
    """
    explainers = settings.load(names)
    rows = model.encode(instances)
    wanted = _targets(targets or {}, len(model.labels))

    def chunks() -> Iterator[list[Rationale]]:
        done = 0
        for places, batch in exact_batches(rows, settings.token_budget):
            yield _explain_batch(model, batch, explainers, settings, seed, run_id, wanted)
            done += len(places)
            if on_progress is not None:
                on_progress(done, len(rows))

    return chunks()


def _targets(targets: Mapping[str, int], n_classes: int) -> Mapping[str, int]:
    for name, target in targets.items():
        if not 0 <= target < n_classes:
            raise UsageError(
                f"instance {name}: class {target} cannot be explained, classes are "
                f"0 … {n_classes - 1}"
            )
    return targets


def _explain_batch(
    model: TrainedModel,
    batch: Batch,
    explainers: Sequence[Explainer],
    settings: ExplainSettings,
    seed: int,
    run_id: str,
    wanted: Mapping[str, int],
) -> list[Rationale]:
    targets = torch.tensor([wanted.get(name, -1) for name in batch.instance_ids])
    with frozen(model) as module:
        shared = Shared.run(
            module,
            batch.to(model.device),
            targets.to(model.device),
            explained=settings.explained,
            seed=seed,
            token_budget=settings.token_budget,
            with_gradient=any(explainer.uses_gradient for explainer in explainers),
        )
        return [
            rationale
            for explainer in explainers
            for rationale in _records(explainer, explainer.attribute(shared), shared, run_id)
        ]


def _records(
    explainer: Explainer, attribution: Attribution, shared: Shared, run_id: str
) -> Iterator[Rationale]:
    scores = attribution.scores.detach().to("cpu", torch.float32).numpy()
    details = attribution.details or ({},) * len(scores)
    reduction = explainer.reduction
    if reduction != NOTHING:
        reduction = f"{reduction}, of the {shared.explained.replace('_', ' ')}"
    for name, target, row, detail in zip(
        shared.batch.instance_ids, shared.targets.tolist(), scores, details, strict=True
    ):
        yield Rationale(
            id=rationale_id(run_id, explainer.name, name, target),
            run_id=run_id,
            explainer=explainer.name,
            instance_id=name,
            target=target,
            scores=row.copy(),
            baseline=explainer.baseline,
            reduction=reduction,
            details=detail,
        )
