"""Infidelity and sensitivity of explainers, measured on embeddings through Captum.

Source: Yeh et al., "On the (In)fidelity and Sensitivity of Explanations", NeurIPS 2019. Captum's
metrics take one tensor of equal shapes, so instances go through them in groups of equal length, as
they do when they are explained. Perturbations come from the instance's own seed: the same numbers
alone, in any group, and again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from captum.metrics import infidelity, sensitivity_max  # type: ignore[import-untyped]
from torch import Tensor

from analysis.faithfulness.means import means
from analysis.resampling import Plan
from db.ragged import Ragged
from db.records import Estimate, Instance
from pipeline.explainers.base import Explainer, Learning, Shared
from pipeline.explainers.baselines import MEAN
from pipeline.explainers.batching import DEFAULTS, ExplainSettings
from pipeline.explainers.effort import learned_by
from pipeline.models.base import Model
from pipeline.models.batches import TOKEN_BUDGET, Batch, exact_batches
from pipeline.models.seeding import instance_generator
from pipeline.models.trained import TrainedModel, frozen
from pipeline.removal.mean_embedding import mean_embedding

REMOVED_SHARE = 0.2
"""Infidelity: the chance of each token to be set to the zero embedding in a perturbation."""
REMOVALS_DRAWN = 20
RADIUS = 0.1
"""Sensitivity: how far each number of an embedding may move, in standard deviations of the
instance's own embedding numbers; uniform within."""
MOVES_DRAWN = 5
INFIDELITY, SENSITIVITY = "infidelity", "sensitivity"
SCALES = {
    INFIDELITY: "0 or more, squared logits, lower is better; each rationale optimally scaled",
    SENSITIVITY: "0 or more, relative change, lower is better",
}

ZEROED = (
    f"infidelity: {REMOVALS_DRAWN} times, each token's embedding becomes zero with probability "
    f"{REMOVED_SHARE:g}; the logit of the class predicted"
)
MOVED = (
    f"sensitivity: {MOVES_DRAWN} times, every number of the embeddings moves by at most {RADIUS:g} "
    "of their standard deviation; the largest change counts"
)
PERTURBATIONS = (ZEROED, MOVED)
"""What was done to the embeddings, in words, beside the numbers."""


def perturbations(settings: ExplainSettings, names: Sequence[str]) -> tuple[str, ...]:
    """`PERTURBATIONS`, and what sensitivity leaves out of explainers that learn."""
    learning = [one.name for one in settings.load(names) if isinstance(one, Learning)]
    fixed = f"sensitivity of {', '.join(learning)}: what was learned of the run stays as it is"
    return (*PERTURBATIONS, fixed) if learning else PERTURBATIONS


def embedding_scores(
    model: TrainedModel,
    instances: Sequence[Instance],
    ragged: Mapping[str, Ragged],
    targets: Mapping[str, int],
    explainers: Sequence[str],
    plan: Plan,
    settings: ExplainSettings = DEFAULTS,
    learned: Mapping[str, Any] | None = None,
) -> list[Estimate]:
    """Infidelity of every subject's scores, and sensitivity of every explainer.

    `ragged`: subject → scores in the order of the instances. What has no weights to be sensitive
    with (floors) and random weights have no sensitivity. `settings`: among them the options of
    explainers; `learned`: explainer → what it learned of the run, of those that learn.
    """
    seed = plan.seed
    found = {
        (subject, INFIDELITY): infidelities(model, instances, scores, targets, seed)
        for subject, scores in ragged.items()
    } | {
        (name, SENSITIVITY): sensitivities(model, instances, name, targets, seed, settings, learned)
        for name in explainers
    }
    return [
        means(plan, {name: values}, SCALES, subject)[0] for (subject, name), values in found.items()
    ]


def infidelities(
    model: TrainedModel,
    instances: Sequence[Instance],
    scores: Ragged,
    targets: Mapping[str, int],
    seed: int,
) -> np.ndarray:
    """E[(Σ_{t∈S} β·score_t − (f(x) − f(x without S)))²], float64, shape (n,), 0 or more.

    f is the target class's logit, S a random set of tokens whose embeddings become zero, and β the
    scale that fits the scores best (Captum's `normalize`): attention sums to 1 whatever the logit.
    """

    def one(module: Model, batch: Batch, places: list[int]) -> Tensor:
        shape = batch.ids.shape
        chosen = _drawn(batch, seed, INFIDELITY, (REMOVALS_DRAWN, shape[1])) < REMOVED_SHARE
        removed = chosen.reshape(-1, shape[1]).to(torch.float32)
        inputs = module.embed(batch)
        own = torch.from_numpy(np.stack([scores[at] for at in places])).to(inputs)
        # One number a token stands in the first dimension; the others count nothing.
        spread = torch.zeros_like(inputs)
        spread[..., 0] = own

        def perturb(expanded: Tensor) -> tuple[Tensor, Tensor]:
            indicator = torch.zeros_like(expanded)
            indicator[..., 0] = removed.to(expanded)
            return indicator, expanded * (1 - removed.to(expanded))[..., None]

        return torch.as_tensor(
            infidelity(
                _logits(module, batch),
                perturb,
                inputs,
                spread,
                target=_targets(batch, targets),
                n_perturb_samples=REMOVALS_DRAWN,
                normalize=True,
            )
        )

    return _by_length(model, instances, one, REMOVALS_DRAWN)


def sensitivities(
    model: TrainedModel,
    instances: Sequence[Instance],
    name: str,
    targets: Mapping[str, int],
    seed: int,
    settings: ExplainSettings = DEFAULTS,
    learned: Mapping[str, Any] | None = None,
) -> np.ndarray:
    """The largest ‖φ(x + δ) − φ(x)‖ / ‖φ(x)‖ over random δ, float64, shape (n,), 0 or more.

    φ has the options of `settings`. What an explainer learned is held fixed: `learned`, or where
    that does not hold it, learned from these instances.
    """
    (explainer,) = settings.load([name])
    asked = _asked(model, instances, explainer, settings, learned or {}, seed)

    def one(module: Model, batch: Batch, places: list[int]) -> Tensor:
        inputs = module.embed(batch).detach()
        noise = _drawn(batch, seed, SENSITIVITY, (MOVES_DRAWN, *inputs.shape[1:])) * 2 - 1
        reach = RADIUS * inputs.flatten(1).std(dim=1)
        moved = (noise.to(inputs) * reach[:, None, None, None]).flatten(0, 1)

        def explain(given: Tensor | tuple[Tensor, ...]) -> tuple[Tensor]:
            # Captum gives the instances in a tuple, their copies without one, and wants a tuple.
            embeddings = given[0] if isinstance(given, tuple) else given
            with torch.enable_grad():
                shared = asked.shared(module, batch, embeddings, targets)
                return (explainer.attribute(shared).scores.detach(),)

        return torch.as_tensor(
            sensitivity_max(
                explain,
                inputs,
                perturb_func=lambda expanded, radius: expanded + moved,
                n_perturb_samples=MOVES_DRAWN,
            )
        )

    return _by_length(model, instances, one, MOVES_DRAWN)


def _by_length(
    model: TrainedModel,
    instances: Sequence[Instance],
    one: Callable[[Model, Batch, list[int]], Tensor],
    copies: int,
) -> np.ndarray:
    """`one` for groups of equal length, so large that all copies fit the budget of tokens."""
    found = np.full(len(instances), np.nan)
    for places, batch in exact_batches(model.encode(instances), TOKEN_BUDGET // copies):
        with frozen(model) as module:
            values = one(module, batch.to(model.device), places)
        found[places] = values.detach().cpu().numpy()
    return found


def _drawn(batch: Batch, seed: int, purpose: str, shape: tuple[int, ...]) -> Tensor:
    """Uniform numbers in [0, 1) for each instance: float32, shape (B, *shape)."""
    rows = [
        instance_generator(seed, purpose, name).random(shape, dtype=np.float32)
        for name in batch.instance_ids
    ]
    return torch.from_numpy(np.stack(rows)).to(batch.ids.device)


def _logits(module: Model, batch: Batch) -> Callable[[Tensor], Tensor]:
    """Logits from embeddings; Captum stands copies of an instance side by side."""

    def forward(embeddings: Tensor) -> Tensor:
        return module(_copied(batch, len(embeddings)), embeddings=embeddings).logits

    return forward


def _copied(batch: Batch, n: int) -> Batch:
    rows = torch.arange(len(batch), device=batch.ids.device)
    return batch.take(rows.repeat_interleave(n // len(batch)))


def _targets(batch: Batch, targets: Mapping[str, int]) -> Tensor:
    own = torch.tensor([targets[name] for name in batch.instance_ids])
    return own.to(batch.ids.device)


@dataclass(frozen=True, eq=False)
class _Asked:
    """All that an explainer needs beside the embeddings that are moved."""

    settings: ExplainSettings
    seed: int
    mean: Tensor | None
    shape: tuple[int, ...]
    learned: Mapping[str, Any]

    def shared(
        self, module: Model, batch: Batch, embeddings: Tensor, targets: Mapping[str, int]
    ) -> Shared:
        """The pass that explainers start from, out of given embeddings."""
        copied = _copied(batch, len(embeddings))
        start = embeddings.detach().requires_grad_(True)
        return Shared(
            module,
            copied,
            module(copied, embeddings=start),
            _targets(copied, targets),
            self.settings.explained,
            self.seed,
            self.settings.token_budget,
            self.mean,
            self.shape,
            self.learned,
        )


def _asked(
    model: TrainedModel,
    instances: Sequence[Instance],
    explainer: Explainer,
    settings: ExplainSettings,
    learned: Mapping[str, Any],
    seed: int,
) -> _Asked:
    found = dict(learned)
    if isinstance(explainer, Learning) and explainer.name not in found:
        found[explainer.name] = learned_by(explainer, model, instances, seed)
    mean = mean_embedding(model) if explainer.baseline == MEAN else None
    return _Asked(settings, seed, mean, model.encoding.shape, found)
