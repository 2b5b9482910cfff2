"""Explaining many instances by several methods, chunk by chunk.

Instances of equal length go together, up to a budget of tokens, through one forward pass that all
methods share. Each chunk is handed over as soon as it is there, so that the caller can store it:
a run that was interrupted goes on with the instances whose rationales are missing. Pictures are
read some at a time, see `portions`.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from db.errors import DataError, UsageError
from db.records import Instance, Rationale
from pipeline.engines.base import Engine
from pipeline.engines.inprocess import HERE
from pipeline.engines.spread import each
from pipeline.explainers.base import (
    NOTHING,
    Attribution,
    Explained,
    Explainer,
    Learning,
    Shared,
    check_explainers,
)
from pipeline.explainers.baselines import MEAN
from pipeline.explainers.effort import enough_memory, learned_by
from pipeline.explainers.options import check_names, stated, with_options
from pipeline.models.base import Model
from pipeline.models.batches import TOKEN_BUDGET, Batch, exact_batches
from pipeline.models.portions import portions
from pipeline.models.trained import TrainedModel, frozen
from pipeline.removal.mean_embedding import mean_embedding


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
        check_names(self.options)
        return [with_options(name, self.options.get(name, {})) for name in dict.fromkeys(names)]


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
    learn_from: Sequence[Instance] | None = None,
    learned: Mapping[str, Any] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    where: Engine = HERE,
) -> Iterator[list[Rationale]]:
    """Rationales of `instances` by the explainers called `names`, a chunk at a time, short first.

    `targets`: instance → class number to explain (default: the predicted class). `learn_from`: what
    explainers that learn something first learn it from (default: `instances`), except those of
    which `learned` (explainer → what it learned) holds it already. `on_progress` gets the number of
    instances done, and of all; `where`: the engine that chunks are computed on. What is wrong with
    the arguments is said at once, not with the first chunk; of a picture that cannot be read, only
    with its portion.
    """
    explainers = settings.load(names)
    check_explainers(model, explainers)
    read = map(model.encode, portions(model, instances))
    first = next(read)
    wanted = _targets(targets or {}, len(model.labels))
    mean = mean_embedding(model) if any(one.baseline == MEAN for one in explainers) else None
    known = instances if learn_from is None else learn_from
    there = learned or {}
    held = {
        e.name: there[e.name] if e.name in there else learned_by(e, model, known, seed)
        for e in explainers
        if isinstance(e, Learning)
    }

    def chunks() -> Iterator[list[Rationale]]:
        done = 0
        work = _Explaining(model, tuple(explainers), settings, seed, run_id, wanted, mean, held)
        for rows in itertools.chain([first], read):
            batches = (batch for _, batch in exact_batches(rows, settings.token_budget))
            for size, found in each(where, work, batches):
                yield found
                done += size
                if on_progress is not None:
                    on_progress(done, len(instances))

    return chunks()


@dataclass(frozen=True, eq=False)
class _Explaining:
    """The model and the explainers as an engine takes them: a batch → its size, its rationales."""

    model: TrainedModel
    explainers: tuple[Explainer, ...]
    settings: ExplainSettings
    seed: int
    run_id: str
    wanted: Mapping[str, int]
    mean: Tensor | None
    learned: Mapping[str, Any]

    def __call__(self, batch: Batch) -> tuple[int, list[Rationale]]:
        with frozen(self.model) as module:
            shared = self._shared(module, batch)
            return len(batch), [
                rationale
                for explainer in self.explainers
                for rationale in self._records(explainer, _attributed(explainer, shared), shared)
            ]

    def _shared(self, module: Model, batch: Batch) -> Shared:
        """The pass that all explainers start from."""
        targets = torch.tensor([self.wanted.get(name, -1) for name in batch.instance_ids])
        with enough_memory("for a pass of the model", batch, "leave out instances as long"):
            return Shared.run(
                module,
                batch.to(self.model.device),
                targets.to(self.model.device),
                explained=self.settings.explained,
                seed=self.seed,
                token_budget=self.settings.token_budget,
                with_gradient=any(explainer.uses_gradient for explainer in self.explainers),
                mean_embedding=self.mean,
                shape=self.model.encoding.shape,
                learned=self.learned,
            )

    def _records(
        self, explainer: Explainer, attribution: Attribution, shared: Shared
    ) -> Iterator[Rationale]:
        scores = attribution.scores.detach().to("cpu", torch.float32).numpy()
        _check_finite(explainer.name, scores, shared.batch.instance_ids)
        details = attribution.details or ({},) * len(scores)
        reduction = explainer.reduction
        if reduction != NOTHING:
            reduction = f"{reduction}, of the {shared.explained.replace('_', ' ')}"
        for name, target, row, detail in zip(
            shared.batch.instance_ids, shared.targets.tolist(), scores, details, strict=True
        ):
            yield Rationale(
                id=rationale_id(self.run_id, explainer.name, name, target),
                run_id=self.run_id,
                explainer=explainer.name,
                instance_id=name,
                target=target,
                scores=row.copy(),
                baseline=explainer.baseline,
                reduction=reduction,
                unit=self.model.encoding.unit,
                details=detail,
                shape=shared.shape,
                options=stated(explainer),
            )


def _attributed(explainer: Explainer, shared: Shared) -> Attribution:
    doing = f"for explainer {explainer.name}"
    with enough_memory(doing, shared.batch, "leave the explainer out"):
        return explainer.attribute(shared)


def _targets(targets: Mapping[str, int], n_classes: int) -> Mapping[str, int]:
    for name, target in targets.items():
        if not 0 <= target < n_classes:
            raise UsageError(
                f"instance {name}: class {target} cannot be explained, classes are "
                f"0 … {n_classes - 1}"
            )
    return targets


def _check_finite(explainer: str, scores: NDArray[np.float32], names: Sequence[str]) -> None:
    """NaN in the weights, or a derivative without bound, must not become a stored rationale."""
    bad = np.flatnonzero(~np.isfinite(scores).all(axis=1))
    if len(bad):
        raise DataError(
            f"explainer {explainer} found scores of instance {names[bad[0]]} that are no finite "
            f"numbers, and nothing of its batch is kept ({len(bad)} such instances there); check "
            "the run's training, or explain with other explainers"
        )
