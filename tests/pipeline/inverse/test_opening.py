"""A trained model opened after its first layer is still that model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from db.errors import DataError, UsageError
from pipeline.formats.instances import row_instance
from pipeline.inverse.infer import InverseSettings, class_image
from pipeline.inverse.opening import Opening, inputs_of, opened
from pipeline.models.predict import logits_of
from pipeline.models.settings import Settings
from pipeline.models.trained import TrainedModel, frozen
from pipeline.models.training import fit
from tests.pipeline.explainers.pictures import NETWORK, digits, picture, trained
from tests.pipeline.models.support import small_model
from tests.support.data import instance
from tests.support.tables import rows


def logits(opening: Opening, inputs: torch.Tensor) -> np.ndarray:
    standard = opening.standard
    read = (inputs.reshape(-1, *opening.shape) - standard.mean) / standard.spread
    with torch.no_grad():
        return opening.rest(opening.first(read.to(opening.first.weight))).numpy()


def pixel_rows(n: int) -> list:
    levels = [np.asarray(inputs_of(trained(), [one])[0]) for one in digits(240)[:n]]
    made = [
        row_instance({f"p{at}": float(x) for at, x in enumerate(row)}, {"label": one.label})
        for row, one in zip(levels, digits(240), strict=False)
    ]
    return list({one.id: one for one in made}.values())


@pytest.fixture(scope="module")
def perceptron() -> TrainedModel:
    settings = Settings(kind="mlp", hidden_dim=16, learning_rate=1e-2, epochs=10, device="cpu")
    return fit(pixel_rows(150), settings=settings).model


def test_the_first_layer_and_the_rest_are_a_network_of_pictures() -> None:
    some = [picture((np.eye(8) * 255).astype(np.uint8)), picture(np.full((8, 8), 255, np.uint8))]
    model = trained()
    with frozen(model):
        found = logits(opened(model), inputs_of(model, some))
    assert np.allclose(found, logits_of(model, model.encode(some)), atol=1e-4)


def test_the_first_layer_and_the_rest_are_a_network_of_rows(perceptron: TrainedModel) -> None:
    some = pixel_rows(9)
    with frozen(perceptron):
        found = logits(opened(perceptron), inputs_of(perceptron, some))
    assert np.allclose(found, logits_of(perceptron, perceptron.encode(some)), atol=1e-4)


def test_a_layer_is_as_it_was_afterwards(perceptron: TrainedModel) -> None:
    before = logits_of(perceptron, perceptron.encode(pixel_rows(5)))
    with frozen(perceptron):
        opening = opened(perceptron)
        class_image(
            opening.first,
            opening.rest,
            0,
            opening.shape,
            settings=InverseSettings(steps=2),
            standard=opening.standard,
        )
    assert not opening.first._forward_hooks and not opening.first._forward_pre_hooks
    assert np.array_equal(before, logits_of(perceptron, perceptron.encode(pixel_rows(5))))


def test_what_is_asked_for_rises_through_the_network_of_pictures() -> None:
    model = trained()
    with frozen(model):
        opening = opened(model)
        image = class_image(
            opening.first,
            opening.rest,
            2,
            opening.shape,
            settings=InverseSettings(steps=30, rate=0.2, samples=8),
            standard=opening.standard,
        )
    total = image.history.sum(axis=1)
    assert total[-5:].mean() > total[:3].mean()
    assert image.m.shape == (1, 8, 8) and np.ptp(image.m) > 0.05


def test_pictures_are_cut_at_half_ink_pixel_by_pixel() -> None:
    levels = np.arange(64, dtype=np.uint8).reshape(8, 8) * 4
    found = inputs_of(trained(), [picture(levels)])
    assert found.numpy().reshape(8, 8).tolist() == (levels >= 128).astype(float).tolist()


def test_what_has_no_picture_is_refused() -> None:
    colour = np.zeros((8, 8, 3), np.uint8)
    some = []
    for at in range(12):
        levels = colour.copy()
        levels[at % 8, :, at % 3] = 200
        some.append(picture(levels, "ab"[at % 2]))
    coloured = fit(some, settings=replace(NETWORK, epochs=1)).model
    square = Settings(kind="mlp", hidden_dim=4, epochs=1, device="cpu")
    five = [
        row_instance({f"p{at}": float((n >> at) & 1) for at in range(5)}, {"label": "ab"[n % 2]})
        for n in range(20)
    ]
    for model in (coloured, small_model([instance("good soup")]), fit(five, settings=square).model):
        with pytest.raises(UsageError, match="takes a model of grey pictures"):
            opened(model)
    iris = fit(rows("iris"), settings=square).model
    opened(iris)  # four numbers are a square, but not of 0 and 1
    with pytest.raises(DataError, match="are not 0 or 1"):
        inputs_of(iris, rows("iris"))
