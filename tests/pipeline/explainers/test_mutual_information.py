"""Mutual information as an explainer: iris, by the values of METHODS."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from analysis.information.mixture import MixtureSettings
from analysis.information.mutual import mutual_information
from db.errors import DataError, UsageError
from pipeline.explainers.batching import ExplainSettings, explain
from pipeline.formats.instances import row_instance
from pipeline.models import MODELS
from pipeline.models.predict import predict
from pipeline.models.settings import Settings
from pipeline.models.training import fit
from tests.pipeline.models.support import small_model
from tests.support.data import instance
from tests.support.tables import rows

IRIS = list(rows("iris"))
PETALS = [2, 3]
NAME = "mutual_information"


@pytest.fixture(scope="module")
def model():
    settings = Settings(kind="mlp", device="cpu", **MODELS.load("mlp").defaults)
    found = fit(IRIS, settings=settings, seed=1)
    assert found.metrics["test_accuracy"] > 0.9  # what the model does not know is in no number
    return found.model


@pytest.fixture(scope="module")
def by_class(model):
    found = {}
    for chunk in explain(model, IRIS, [NAME]):
        for one in chunk:
            found.setdefault(one.target, []).append(one)
    return found


def test_it_is_one_importance_a_class(by_class) -> None:
    assert sorted(by_class) == [0, 1, 2]
    for same in by_class.values():
        assert len({one.scores.tobytes() for one in same}) == 1


def test_petals_say_more_than_sepals(by_class) -> None:
    """METHODS: petal features .6 to 2.3 nats over the settings, always above the sepals'."""
    for same in by_class.values():
        scores = same[0].scores
        petals, sepals = scores[PETALS], np.delete(scores, PETALS)
        assert petals.min() > sepals.max()
        assert ((petals > 0.6) & (petals < 2.3)).all()


def test_nearest_neighbours_stand_beside_and_order_features_alike(by_class) -> None:
    mixture = np.concatenate([same[0].scores for same in by_class.values()])
    nearest = np.concatenate([list(same[0].details.values()) for same in by_class.values()])
    assert spearmanr(mixture, nearest).statistic > 0.7


def test_the_scores_are_those_of_the_estimate(model, by_class) -> None:
    probabilities = np.stack([one.probabilities for one in predict(model, IRIS, "run")])
    lengths = np.array([i.features["petal length (cm)"] for i in IRIS])
    for target, same in by_class.items():
        found = mutual_information(lengths, probabilities[:, target], MixtureSettings(seed=0))
        assert same[0].scores[2] == pytest.approx(found.value, abs=0.02)


def test_the_logit_can_stand_for_the_output(model) -> None:
    options = ExplainSettings(options={NAME: {"output": "logit", "components": 2}})
    (found,) = explain(model, IRIS[:1], [NAME], settings=options, learn_from=IRIS)
    assert found[0].scores[PETALS].min() > 0.6


def test_what_it_cannot_be_told_of_is_said(model) -> None:
    with pytest.raises(DataError, match="takes 10 instances or more, and there are 3"):
        explain(model, IRIS[:3], [NAME])
    with pytest.raises(UsageError, match="output is probability or logit, not 'class'"):
        ExplainSettings(options={NAME: {"output": "class"}}).load([NAME])
    words = [
        row_instance({"shade": shade, "n": float(n)}, {"label": label})
        for n in range(10)
        for shade, label in (("red", "stop"), ("green", "go"))
    ]
    settings = Settings(kind="mlp", hidden_dim=4, epochs=1, device="cpu")
    with pytest.raises(DataError, match="feature 'shade' holds words"):
        explain(fit(words, settings=settings).model, words, [NAME])
    texts = [instance("good soup"), instance("bad soup")]
    with pytest.raises(UsageError, match="needs features of rows, which a model"):
        explain(small_model(texts), texts, [NAME])
