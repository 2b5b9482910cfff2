"""Pictures are read some at a time; what is found of them does not depend on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from db.records import Instance
from pipeline.explainers.batching import explain
from pipeline.models import portions as module
from pipeline.models.portions import portions
from pipeline.models.predict import predict
from pipeline.models.trained import TrainedModel
from pipeline.models.training import fit
from tests.pipeline.explainers.pictures import NETWORK, digits
from tests.pipeline.models.support import small_model
from tests.support.data import instance

TEXTS = [instance(f"word{n} again") for n in range(5)]


@cache
def trained() -> TrainedModel:
    """One epoch of a few digits: what it says does not matter here."""
    return fit(digits(30), settings=replace(NETWORK, epochs=1)).model


class Seen(list[Instance]):
    """Pictures that note how many of them were looked at so far."""

    def __init__(self, pictures: tuple[Instance, ...]) -> None:
        super().__init__(pictures)
        self.asked: list[int] = []

    def __getitem__(self, at):  # type: ignore[no-untyped-def]
        found = super().__getitem__(at)
        self.asked.append(len(found) if isinstance(at, slice) else 1)
        return found


@pytest.fixture
def seven(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(module, "PICTURES", 7)
    yield


def test_pictures_come_in_portions_and_texts_together(seven: None) -> None:
    of_pictures = [len(some) for some in portions(trained(), digits(16))]
    assert of_pictures == [7, 7, 2]
    assert [len(some) for some in portions(small_model(TEXTS), TEXTS)] == [5]
    assert [len(some) for some in portions(trained(), [])] == [0]
    assert [len(some) for some in portions(small_model(TEXTS), [])] == [0]


def test_explaining_looks_at_a_portion_when_its_turn_comes(seven: None) -> None:
    shown, steps = Seen(digits(16)), list[tuple[int, int]]()
    found = explain(trained(), shown, ["gradient"], on_progress=lambda *step: steps.append(step))
    assert shown.asked == [7], "the first portion, so that what is wrong is said at once"
    next(found)
    assert shown.asked == [7]
    assert sum(map(len, found)) == 9
    assert shown.asked == [7, 7, 2]
    assert steps == [(7, 16), (14, 16), (16, 16)]


def test_predictions_and_rationales_are_those_of_all_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model, shown = trained(), digits(16)
    predicted = predict(model, shown, "r")
    explained = {r.instance_id: r for some in explain(model, shown, ["gradient"]) for r in some}
    monkeypatch.setattr(module, "PICTURES", 7)
    again = predict(model, shown, "r")
    assert [one.instance_id for one in again] == [one.id for one in shown]
    for one, other in zip(again, predicted, strict=True):
        np.testing.assert_allclose(one.probabilities, other.probabilities, atol=1e-6)
    for one in (r for some in explain(model, shown, ["gradient"]) for r in some):
        np.testing.assert_allclose(one.scores, explained[one.instance_id].scores, atol=1e-5)
