"""Probabilities of many instances."""

from __future__ import annotations

import numpy as np
import pytest

from db.errors import DataError
from pipeline.models.predict import predict
from tests.pipeline.models.support import pair, small_model
from tests.support.data import instance, reviews


def test_predictions_come_in_the_order_given_and_as_each_alone() -> None:
    texts, _ = reviews(30)
    model = small_model(texts)
    together = predict(model, texts, "run")
    assert [p.instance_id for p in together] == [one.id for one in texts]
    for one, prediction in zip(texts, together, strict=True):
        alone = predict(model, [one], "run")[0].probabilities
        np.testing.assert_allclose(prediction.probabilities, alone, atol=1e-6)
        assert prediction.probabilities.dtype == np.float32
        assert prediction.probabilities.sum() == pytest.approx(1, abs=1e-6)


def test_predicting_leaves_the_model_as_it_was() -> None:
    model = small_model([instance("a b")])
    model.module.train(True)
    predict(model, [instance("a b")], "run")
    assert model.module.training
    assert all(weight.requires_grad for weight in model.module.parameters())


def test_a_model_of_single_texts_refuses_a_pair_by_name() -> None:
    model, both = small_model([instance("a b")]), pair("a", "b")
    with pytest.raises(DataError, match=f"{both.id} is a pair"):
        predict(model, [both], "run")
