"""A trained model measured, kept, and found again without being loaded."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from db.errors import DataError
from db.store import instances, runs
from pipeline.health import kept
from pipeline.health import measure as measuring
from pipeline.health.kept import FILE, health_of, kept_health
from pipeline.health.layers import layers
from pipeline.health.measure import measure
from pipeline.models.predict import predict
from pipeline.models.training import Fitted, fit
from pipeline.project import Project
from pipeline.train import train
from tests.pipeline.health.test_jacobian import KINDS, rows_model
from tests.pipeline.models.support import QUICK
from tests.pipeline.models.test_conformance import PAIRS, TEXTS, model_of
from tests.support.data import reviews

TEXT = "[model]\nembedding_dim = 8\nhidden_dim = 4\nepochs = 2\n"
DATA = reviews(60)[0]
LAYERS = ["embeddings", "states", "summary"]


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    return fit(DATA, settings=replace(QUICK, epochs=6), seed=1)


def measured(fitted: Fitted, seed: int = 1, most: int = 256):  # type: ignore[no-untyped-def]
    predicted = {p.instance_id: p.probabilities for p in predict(fitted.model, DATA, "run")}
    return measure(fitted.model, DATA, fitted.split, predicted, seed, most)


def test_every_number_is_there_and_the_layers_stand_in_the_order_of_the_pass(
    fitted: Fitted,
) -> None:
    found = measured(fitted)
    assert (found.drawn, found.of) == (36, 36) and found.notes == ()
    assert [e.subject for e in found.named("class_distance")] == LAYERS
    assert all(e.value is not None for e in found.estimates)
    (steep,), (limit,), (used,) = map(
        found.named, ("sharpness", "learning_rate_limit", "learning_rate")
    )
    assert steep.value * limit.value == pytest.approx(2)
    assert used.value == fitted.model.settings.learning_rate


def test_gaps_are_the_differences_of_the_runs_own_metrics(fitted: Fitted) -> None:
    found = measured(fitted)
    for part in ("validation", "test"):
        for name in ("accuracy", "macro_f1", "auc"):
            gap = next(e for e in found.named(f"gap_{name}") if e.subject == part)
            expected = fitted.metrics[f"train_{name}"] - fitted.metrics[f"{part}_{name}"]
            assert gap.value == pytest.approx(expected)
        loss = next(e for e in found.named("gap_loss") if e.subject == part)
        losses = [fitted.judged[one].metrics.loss for one in ("train", part)]
        assert loss.value == pytest.approx(losses[0] - losses[1])


def test_the_seed_draws_the_same_whatever_the_order_of_import(fitted: Fitted) -> None:
    predicted = {p.instance_id: p.probabilities for p in predict(fitted.model, DATA, "run")}
    one, other, another = (
        measure(fitted.model, data, fitted.split, predicted, seed, 10)
        for data, seed in ((DATA, 5), (DATA[::-1], 5), (DATA, 6))
    )
    assert one.drawn == 10 and one.of == 36
    assert one == other and one.estimates != another.estimates


def test_a_large_model_is_measured_on_fewer(
    fitted: Fitted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "WORK", 1.0)
    assert measured(fitted).drawn == measuring.FEWEST


def test_what_cannot_be_differentiated_twice_leaves_the_rest(
    fitted: Fitted, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Once(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):  # type: ignore[no-untyped-def]
            return x * 1

        @staticmethod
        @torch.autograd.function.once_differentiable
        def backward(ctx, g):  # type: ignore[no-untyped-def]
            return g * 1

    module = fitted.model.module
    assert isinstance(module, nn.Module)
    hook = module.get_submodule("output").register_forward_hook(lambda m, i, o: Once.apply(o))
    try:
        found = measured(fitted)
    finally:
        hook.remove()
    assert found.named("sharpness")[0].value is None
    assert "differentiated twice" in found.named("sharpness")[0].note
    assert found.named("class_distance")[0].value is not None


@pytest.mark.parametrize("case", KINDS, ids=lambda case: case[0].rpartition(".")[2])
@pytest.mark.parametrize("given", [TEXTS, PAIRS], ids=["texts", "pairs"])
def test_layers_of_each_text_alone_are_those_in_company(case, given) -> None:  # type: ignore[no-untyped-def]
    model = model_of(case, given)
    rows = model.encode(given)
    together = layers(model, rows)
    assert not together.notes and set(together.tables) <= set(LAYERS)
    for place, row in enumerate(rows):
        alone = layers(model, [row])
        for name, table in together.tables.items():
            np.testing.assert_allclose(table[place], alone.tables[name][0], atol=1e-6)


def test_a_layer_that_is_the_one_before_is_left_out_and_features_stay_side_by_side() -> None:
    model, rows = rows_model(6)
    found = layers(model, rows)
    assert list(found.tables) == ["embeddings", "summary"]
    assert found.tables["embeddings"].shape == (6, 2)
    values = np.stack([row.values for row in rows])  # type: ignore[misc]
    np.testing.assert_allclose(found.tables["embeddings"], values.reshape(6, -1), atol=1e-6)


def test_train_keeps_it_beside_the_weights_and_report_needs_no_model(
    make_project: Callable[..., Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project(TEXT)
    instances.add(project.engine, DATA)
    done = train(project, health=False)
    assert done.health is None and kept_health(project, done.run) is None
    again = train(project)
    assert not again.is_new and again.health is not None
    path = project.folder / done.run.weights / FILE
    assert json.loads(path.read_text("utf-8"))["version"] == 1

    def loaded(*_: object) -> None:
        raise AssertionError("a model was loaded")

    monkeypatch.setattr(kept, "model_of", loaded)
    assert kept_health(project, done.run) == again.health == train(project).health


def test_the_setting_turns_it_off_and_the_option_wins(
    make_project: Callable[..., Project],
) -> None:
    project = make_project(TEXT + "[train]\nhealth = false\n")
    instances.add(project.engine, DATA)
    assert train(project).health is None
    assert train(project, health=True).health is not None


def test_a_damaged_record_is_said_by_name_and_made_again(
    make_project: Callable[..., Project],
) -> None:
    project = make_project(TEXT)
    instances.add(project.engine, DATA)
    done = train(project)
    path = project.folder / done.run.weights / FILE
    for damage in (b"{", b"\xff\xfe"):
        path.write_bytes(damage)
        with pytest.raises(DataError, match=r"health\.json is no record"):
            kept_health(project, done.run)
    found = health_of(project, runs.find(project.engine, done.run.id), DATA)
    assert found == done.health == kept_health(project, done.run)
