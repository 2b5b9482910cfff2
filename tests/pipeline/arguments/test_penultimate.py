"""The last linear layer is found in every kind of model, and what units do to its inputs is right."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from db.errors import UsageError
from pipeline.arguments import sides
from pipeline.arguments.activating import activating
from pipeline.arguments.contributions import contributions
from pipeline.arguments.penultimate import penultimate
from pipeline.arguments.units import feature_of, unit_names
from pipeline.formats.instances import row_instance
from pipeline.models.base import Output
from pipeline.models.batches import collate
from pipeline.models.trained import TrainedModel, frozen
from tests.pipeline.explainers.pictures import digits, picture, trained
from tests.pipeline.models.support import pair, small_model
from tests.support.data import reviews

TEXTS, _ = reviews(4)
PAIRS = [pair("a man sleeps", "he is awake"), pair("two dogs", "cats run")]


def models() -> list[tuple[TrainedModel, list]]:
    return [
        (small_model(TEXTS), TEXTS[:1]),
        (small_model(PAIRS), PAIRS[:1]),
        (trained(), list(digits(240))[:3]),
    ]


def test_features_times_weights_and_the_bias_are_the_logits() -> None:
    for model, some in models():
        with torch.no_grad(), frozen(model) as module:
            found = penultimate(module, collate(model.encode(some)))
            made = found.features @ found.weights.T + module.output.bias
        assert torch.allclose(made, found.output.logits, atol=1e-5)


class Lines(nn.Module):
    """A model of two lines an instance whose logits are their mean, the classes turned round."""

    def __init__(self, last: nn.Module) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(2, 5), last

    def forward(self, batch, *, embeddings=None, score_offset=None) -> Output:
        lines = self.first(embeddings).relu().flatten(0, 1)
        logits = self.last(lines).unflatten(0, (len(batch), 2)).mean(1).flip(1)
        none = torch.zeros(len(batch), 2)
        return Output(logits, none, none, none, none.bool(), embeddings, None)


def test_a_text_that_is_read_in_parts_has_the_mean_of_their_features() -> None:
    torch.manual_seed(0)
    model, batch = Lines(nn.Linear(5, 3)), collate(small_model(TEXTS).encode(TEXTS))
    embeddings = torch.randn(4, 2, 2)
    with torch.no_grad():
        found = penultimate(model, batch, embeddings)
        made = found.features @ found.weights.T + model.last.bias.flip(0)
    assert found.features.shape == (4, 5)
    assert torch.allclose(made, found.output.logits, atol=1e-6)


def test_logits_that_no_linear_layer_makes_are_refused() -> None:
    model = Lines(nn.Sequential(nn.Linear(5, 3), nn.Tanh()))
    with pytest.raises(UsageError, match="are not the output of one linear layer"):
        penultimate(model, collate(small_model(TEXTS).encode(TEXTS)), torch.randn(4, 2, 2))
    assert not model.first._forward_hooks


def test_a_unit_of_a_sum_by_attention_is_its_part_of_it() -> None:
    for model, some in (models()[0], models()[2]):
        with torch.no_grad(), frozen(model) as module:
            features = penultimate(module, collate(model.encode(some))).features.numpy()
        changes = activating(model, some).changes.reshape(len(some), -1, features.shape[1])
        assert np.allclose(changes.sum(axis=1), features, atol=1e-5)


def test_elsewhere_a_unit_is_what_it_does_alone() -> None:
    model = small_model(PAIRS)
    found = activating(model, PAIRS)
    assert found.names == ("two", "dogs", "cats", "run", "a", "man", "sleeps", "he", "is", "awake")
    with torch.no_grad(), frozen(model) as module:
        batch = collate(model.encode(PAIRS[:1]))
        embeddings = module.embed(batch)
        nothing = penultimate(module, batch, torch.zeros_like(embeddings)).features
        for at in range(6):
            alone = torch.zeros_like(embeddings)
            alone[:, at] = embeddings[:, at]
            change = penultimate(module, batch, alone).features - nothing
            assert np.allclose(found.changes[4 + at], change[0], atol=1e-5)


def test_sides_have_the_contributions_of_their_features() -> None:
    rng = np.random.default_rng(0)
    a, w, y = rng.normal(size=(6, 4)), rng.normal(size=(3, 4)), np.array([0, 1, 2, 2, 1, 0])
    split = contributions(sides.of_activations(a), sides.of_weights(w), y)
    assert np.allclose(split[:, :4] + split[:, 4:], contributions(a, w, y))
    assert not (split[:, :4] * split[:, 4:]).any()  # one side speaks, the other is silent
    assert (sides.side_of(2, 0.5, 4), sides.side_of(2, -0.5, 4)) == (2, 6)


def test_units_are_called_by_word_side_or_place() -> None:
    row = row_instance({"size": 3.0, "hue": "red", "mean": 1.0, "age": 9.0}, {})
    read = np.array([[-1.5, 0], [0, 1], [0, 0], [2, 0]], np.float32)
    names = unit_names(row, read)
    assert names == ["size low", "hue: red", "", "age high"]
    assert [feature_of(name) for name in names] == ["size", "hue", "", "age"]
    patches = np.array([[1], [-1], [0], [2], [3], [-1], [1], [1], [1.0]], np.float32)
    places = unit_names(picture(np.zeros((3, 3), np.uint8)), patches, (3, 3))
    assert places[:6] == [
        "light top left", "dark top", "", "light left", "light centre", "dark right",
    ]  # fmt: skip
