"""The model of rows: what it promises as every kind does, and that it learns real tables."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from db.errors import ConfigError, DataError, KonkyoError, UsageError
from pipeline.formats.instances import row_instance
from pipeline.models import MODELS
from pipeline.models.batches import HumanTarget, collate
from pipeline.models.checkpoint import load, save
from pipeline.models.predict import predict
from pipeline.models.settings import Settings
from pipeline.models.training import Fitted, fit
from pipeline.objectives.base import Weighted
from tests.support.data import instance
from tests.support.tables import rows

SETTINGS = Settings(
    kind="mlp", device="cpu", **{**MODELS.load("mlp").defaults, "epochs": 40, "hidden_dim": 16}
)


@cache
def fitted(name: str) -> Fitted:
    return fit(rows(name), settings=SETTINGS, seed=1)


@pytest.mark.parametrize(("name", "accuracy"), [("iris", 0.9), ("breast_cancer", 0.93)])
def test_real_tables_are_learned(name: str, accuracy: float) -> None:
    assert fitted(name).metrics["test_accuracy"] >= accuracy


def test_logits_are_those_of_two_hidden_layers() -> None:
    model = fitted("iris").model
    batch = collate(model.encode(rows("iris")[:7]))
    weights = {n: w.double().numpy() for n, w in model.module.state_dict().items()}
    x = batch.values.flatten(1).double().numpy()
    for layer in ("hidden.0", "hidden.3"):
        x = np.maximum(x @ weights[f"{layer}.weight"].T + weights[f"{layer}.bias"], 0)
    expected = x @ weights["output.weight"].T + weights["output.bias"]
    np.testing.assert_allclose(model.module(batch).logits.detach(), expected, atol=1e-5)


def test_a_batch_gives_what_each_row_alone_gives() -> None:
    model = fitted("breast_cancer").model
    some = rows("breast_cancer")[:9]
    together = [one.probabilities for one in predict(model, some, "run")]
    alone = [predict(model, [one], "run")[0].probabilities for one in some]
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_it_is_read_again_whole(tmp_path: Path) -> None:
    model = fitted("iris").model
    save(model, tmp_path / "model")
    again = load(tmp_path / "model", "cpu")
    assert again.encoding == model.encoding
    for one, other in zip(
        predict(model, rows("iris"), "r"), predict(again, rows("iris"), "r"), strict=True
    ):
        assert (one.probabilities == other.probabilities).all()


def test_weights_of_another_table_are_refused(tmp_path: Path) -> None:
    for name in ("iris", "breast_cancer"):
        save(fitted(name).model, tmp_path / name)
    weights = tmp_path / "iris" / "weights.pt"
    strange = (tmp_path / "breast_cancer" / "weights.pt").read_bytes()
    weights.write_bytes(strange)
    with pytest.raises(KonkyoError, match="not what was saved"):
        load(tmp_path / "iris", "cpu")


def test_a_text_is_refused_by_name() -> None:
    with pytest.raises(DataError, match="of the kind 'text', and mlp reads row"):
        fitted("iris").model.encode([instance("good soup")])


def test_objectives_of_attention_are_refused() -> None:
    some = rows("iris")
    human = {one.id: HumanTarget(np.ones(4, np.float32)) for one in some}
    with pytest.raises(UsageError, match="attention_supervision needs attention, which a model"):
        fit(
            some,
            settings=SETTINGS,
            objectives=[Weighted("attention_supervision", 0.2)],
            human=human,
        )


@pytest.mark.parametrize("changed", [{"vectors": "glove.txt"}, {"attention": "dot"}])
def test_settings_of_texts_are_refused(changed: dict) -> None:
    with pytest.raises(ConfigError, match="reads rows"):
        fit(rows("iris"), settings=replace(SETTINGS, **changed))


def test_the_same_seed_gives_the_same_weights() -> None:
    few = replace(SETTINGS, epochs=2)
    one, same, other = (
        fit(rows("iris"), settings=few, seed=s).model.module.state_dict() for s in (3, 3, 4)
    )
    assert all(torch.equal(value, same[name]) for name, value in one.items())
    assert any(not torch.equal(value, other[name]) for name, value in one.items())


def test_words_and_numbers_are_learned_together() -> None:
    made = [
        row_instance({"shade": shade, "n": float(n)}, {"label": label})
        for n in range(20)
        for shade, label in (("red", "stop"), ("green", "go"))
    ]
    found = fit(made, settings=SETTINGS, seed=0)
    assert found.metrics["test_accuracy"] == 1.0
    assert not found.notes
