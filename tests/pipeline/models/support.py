"""Pairs, small models and settings that the tests of models, objectives and explainers share."""

from __future__ import annotations

import torch

from db.records import Instance, instance_id
from pipeline.models.settings import Settings
from pipeline.models.trained import TrainedModel, build
from pipeline.models.vocabulary import Vocabulary
from tests.support.data import instance

SMALL = Settings(embedding_dim=5, hidden_dim=4, embedding_scale=1.0, device="cpu")
QUICK = Settings(
    embedding_dim=16, hidden_dim=8, learning_rate=1e-2, epochs=15, batch_size=8, device="cpu"
)


def pair(first: str, second: str, label: str | None = None) -> Instance:
    """A pair of texts with whitespace tokens."""
    return Instance(
        instance_id("pair", first, second),
        "pair",
        first,
        instance(first).offsets,
        text_pair=second,
        offsets_pair=instance(second).offsets,
        label=label,
    )


def small_model(
    instances: list[Instance], *, double: bool = False, n_classes: int = 3
) -> TrainedModel:
    """A model that knows the words of the instances.

    Its weights are larger than fresh ones, biases left aside, so that texts differ in their
    predicted class.
    """
    vocabulary = Vocabulary.build([one.tokens for one in instances])
    labels = tuple(f"class {number}" for number in range(n_classes))
    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        model = build(SMALL, vocabulary, labels, any(one.kind == "pair" for one in instances))
    with torch.no_grad():
        for weight in model.module.parameters():
            weight *= 3 if weight.dim() > 1 else 1
    if double:
        model.module.to(torch.float64)
    model.module.train(False)
    return model
