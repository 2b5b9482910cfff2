"""Pairs, small models and settings that the tests of models, objectives and explainers share."""

from __future__ import annotations

import copy
import pickle

import torch

from db.records import Instance, instance_id
from pipeline.models.batches import Batch
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


def check_seeds(one: TrainedModel, same: TrainedModel, other: TrainedModel) -> None:
    """Two models that one seed drew have the same weights, and one that another drew has not."""
    first, again, else_ = (made.module.state_dict() for made in (one, same, other))
    assert all(torch.equal(value, again[name]) for name, value in first.items())
    assert any(not torch.equal(value, else_[name]) for name, value in first.items())


def check_copies(model: TrainedModel, other: TrainedModel, batch: Batch) -> None:
    """Weights make the model, and nothing that is copied shares anything with it.

    `other`: the same with other weights. The weights of `model` are 0 afterwards.
    """
    expected = model.module(batch).logits
    assert not torch.equal(other.module(batch).logits, expected)
    other.module.load_state_dict(model.module.state_dict())
    copies = (other.module, copy.deepcopy(model.module), pickle.loads(pickle.dumps(model.module)))
    with torch.no_grad():
        for weight in model.module.parameters():
            weight.zero_()  # a copy that shares something with it would show it
    for module in copies:
        assert torch.equal(module(batch).logits, expected)
