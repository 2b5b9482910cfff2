"""The summary of a pass is what the last layer reads, found another way: by listening to all layers."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from db.records import Instance
from pipeline.arguments.penultimate import penultimate
from pipeline.models import MODELS
from pipeline.models.base import SUMMARY
from pipeline.models.batches import collate
from pipeline.models.settings import Settings
from pipeline.models.trained import TrainedModel, build, encoding_of
from tests.pipeline.models.support import SMALL, pair
from tests.support.data import instance
from tests.support.tables import rows

OWN = "tests.pipeline.models.own_module:Window"
TEXTS = [
    instance(text, label)
    for text, label in [("good soup", "a"), ("the bread was not warm", "b"), ("bad", "c")]
]
PAIRS = [pair("a man sleeps", "he is awake", "a"), pair("two dogs", "cats", "b")]
KINDS = ["bilstm_attention", "cnn_attention", "mean_attention", OWN, "mlp"]


def built(kind: str, instances: list[Instance]) -> TrainedModel:
    settings = replace(SMALL, kind=kind, dropout=0.0)
    encoding = encoding_of(kind).learn(instances, settings)
    with torch.random.fork_rng([]):
        torch.manual_seed(1)
        pairs = any(one.kind == "pair" for one in instances)
        model = build(settings, encoding, ("a", "b", "c"), pairs)
    model.module.train(False)
    return model


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("instances", [TEXTS, PAIRS], ids=["texts", "pairs"])
def test_it_is_what_goes_into_the_last_linear_layer(kind: str, instances: list) -> None:
    data = list(rows("iris")[::20]) if kind == "mlp" else instances
    model = built(kind, data)
    assert SUMMARY in model.module.offers
    heard = penultimate(model.module, collate(model.encode(data)))
    assert heard.output.summary is not None
    torch.testing.assert_close(heard.output.summary, heard.features)


def test_attention_moves_it() -> None:
    """A second pass with another attention has another summary: it is of the pass, not of the text."""
    model = built("bilstm_attention", TEXTS)
    batch = collate(model.encode(TEXTS))
    output = model.module(batch)
    offset = torch.zeros_like(output.scores)
    offset[:, 0] = 3
    moved = model.module.attend(output.states, output.embeddings, batch, offset)
    same = (moved.summary - output.summary).abs().amax(1) < 1e-7
    assert same.tolist() == [False, False, True]  # a text of one token has one summary


@pytest.mark.parametrize("kind", sorted(MODELS))
def test_kinds_on_disk_say_what_they_offer(kind: str) -> None:
    offers = MODELS.load(kind).offers
    assert isinstance(offers, property) or SUMMARY in offers  # a transformer says it once built


def test_dropout_is_part_of_what_the_last_layer_reads() -> None:
    settings = Settings(embedding_dim=5, hidden_dim=40, dropout=0.5, device="cpu")
    encoding = encoding_of("mean_attention").learn(TEXTS, settings)
    model = build(replace(settings, kind="bilstm_attention"), encoding, ("a", "b"), False)
    model.module.train(True)
    with torch.random.fork_rng([]):
        output = model.module(collate(model.encode(TEXTS)))
    assert 0.3 < float((output.summary == 0).float().mean()) < 0.7
