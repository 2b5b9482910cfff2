"""Rationales that faithfulness is read against: by chance, and of a model that learned nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from db.records import Instance
from pipeline.explainers.batching import DEFAULTS, ExplainSettings, explain
from pipeline.models.trained import TrainedModel, build

Scores = dict[str, NDArray[np.float32]]
"""Instance id → scores, float32, shape (T,)."""

UNLEARNED = ("random", "constant")
"""Explainers that read no weights: random weights change nothing about them."""


def random_scores(model: TrainedModel, instances: Sequence[Instance], seed: int) -> Scores:
    """What the explainer `random` gives under this seed, stored or not."""
    return explained(model, instances, ("random",), seed)["random"]


def fresh_model(model: TrainedModel, seed: int) -> TrainedModel:
    """The same architecture and vocabulary with weights as they are before training.

    All of them, embeddings too. They are drawn from a seed of their own: the project's seed would
    give the weights that this very model started from. torch's random state is left as it was.
    """
    digest = hashlib.sha256(f"{seed}\nrandom weights".encode()).digest()
    with torch.random.fork_rng([model.device] if model.device.type == "cuda" else []):
        torch.manual_seed(int.from_bytes(digest[:4], "big"))
        fresh = build(model.settings, model.encoding, model.labels, model.pair)
    fresh.module.train(False)
    fresh.module.to(model.device)
    return fresh


def explained(
    model: TrainedModel,
    instances: Sequence[Instance],
    names: Sequence[str],
    seed: int,
    targets: Mapping[str, int] | None = None,
    *,
    settings: ExplainSettings = DEFAULTS,
    learn_from: Sequence[Instance] | None = None,
    learned: Mapping[str, Any] | None = None,
) -> dict[str, Scores]:
    """Explainer → its scores of these instances, computed now and not stored.

    `settings`: among them the options of explainers; `learn_from` and `learned`: see
    `pipeline.explainers.batching.explain`. What a model learned means nothing for another model.
    """
    found: dict[str, Scores] = {name: {} for name in names}
    if not names:
        return found
    for chunk in explain(
        model,
        instances,
        names,
        seed=seed,
        targets=targets,
        settings=settings,
        learn_from=learn_from,
        learned=learned,
    ):
        for rationale in chunk:
            found[rationale.explainer][rationale.instance_id] = rationale.scores
    return found
