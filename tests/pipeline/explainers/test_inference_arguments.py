"""Inference arguments: which features argue, and what of them each unit accounts for."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from db.errors import DataError, UsageError
from pipeline.explainers.batching import ExplainSettings, explain
from pipeline.explainers.inference_arguments import InferenceArguments
from pipeline.explainers.keeping import learned_of
from pipeline.models.settings import Settings
from pipeline.models.trained import TrainedModel
from pipeline.models.training import fit
from tests.pipeline.models.support import small_model
from tests.support.data import instance, reviews
from tests.support.tables import rows

NAME = "inference_arguments"
IRIS = list(rows("iris"))


@pytest.fixture(scope="module")
def model() -> TrainedModel:
    settings = Settings(kind="mlp", hidden_dim=12, learning_rate=1e-2, epochs=15, device="cpu")
    return fit(IRIS, settings=settings, seed=1).model


def plain(model: TrainedModel, one) -> tuple[np.ndarray, np.ndarray]:
    """The two hidden layers by hand: features, and their derivatives by the inputs, (12, 4)."""
    module = model.module
    w1, b1, w2, b2 = (p.detach().double() for p in module.hidden.parameters())
    x = torch.from_numpy(model.encode([one])[0].values[:, 0]).double()
    first = w1 @ x + b1
    second = w2 @ first.relu() + b2
    slope = (second > 0).double()[:, None] * (w2 @ ((first > 0).double()[:, None] * w1))
    return second.relu().numpy(), (slope * x).numpy()


def test_scores_are_what_inputs_do_to_the_top_features(model: TrainedModel) -> None:
    weights = model.module.output.weight.detach().double().numpy()
    (found,) = explain(model, IRIS[::30], [NAME], learn_from=IRIS)
    for one, given in zip(found, IRIS[::30], strict=True):
        features, moved = plain(model, given)
        added = features * weights[one.target]
        top = [int(one.details[f"feature {at}"]) for at in (1, 2, 3)]
        assert top == np.argsort(-added)[:3].tolist()
        for at, feature in enumerate(top, 1):
            assert one.details[f"contribution {at}"] == pytest.approx(added[feature], rel=1e-4)
            assert one.details[f"activation {at}"] == pytest.approx(features[feature], rel=1e-4)
        expected = (weights[one.target, top, None] * moved[top]).sum(axis=0)
        np.testing.assert_allclose(one.scores, expected, rtol=1e-3, atol=1e-5)


def test_m_features_argue_at_most(model: TrainedModel) -> None:
    settings = ExplainSettings(options={NAME: {"m": 1}})
    (found,) = explain(model, IRIS[:2], [NAME], settings=settings, learn_from=IRIS)
    assert all(set(o.details) == {"feature 1", "activation 1", "contribution 1"} for o in found)


def test_where_no_feature_speaks_all_scores_are_nothing(model: TrainedModel) -> None:
    silent = small_model([instance("good soup")])
    with torch.no_grad():
        silent.module.output.weight.zero_()
    (found,) = explain(silent, [instance("good soup")], [NAME])
    assert found[0].scores.tolist() == [0.0, 0.0] and found[0].details == {}


def test_what_is_learned_is_kept_and_read_again(model: TrainedModel, tmp_path) -> None:
    first = learned_of(tmp_path, model, [InferenceArguments()], IRIS, 0)
    text = (tmp_path / "arguments.json").read_text()
    # Read, so all the same.
    again = learned_of(tmp_path, model, [InferenceArguments(m=1)], IRIS[:9], 5)
    for side in range(24):
        assert first[NAME].names.of(side) == again[NAME].names.of(side)
    # Other names are learned anew.
    learned_of(tmp_path, model, [InferenceArguments(names=1)], IRIS, 0)
    assert (tmp_path / "arguments.json").read_text() != text


def test_no_more_instances_are_looked_at_than_asked_for() -> None:
    texts, _ = reviews(30)
    explainer = InferenceArguments(instances=3, at_least=1)
    found = explainer.learn(small_model(texts), texts, 0).names
    # Every review holds a word of its own, n0 to n29: three of them can be names.
    assert sum(word[0] == "n" and word[1:].isdigit() for word in found.vocabulary) == 3


def test_what_it_cannot_be_asked_is_refused(model: TrainedModel) -> None:
    with pytest.raises(UsageError, match="m, names, at_least and instances must be 1 or more"):
        InferenceArguments(m=0)
    with pytest.raises(DataError, match="no instances to name features by"):
        explain(model, IRIS[:1], [NAME], learn_from=[])
