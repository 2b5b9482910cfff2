"""Models of one's own that read pictures or rows: everything works with them, and faults are said."""

from __future__ import annotations

import pickle
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from db.errors import ConfigError, UsageError
from db.records import Instance
from pipeline.explainers import EXPLAINERS
from pipeline.explainers.batching import ExplainSettings, explain
from pipeline.models.base import ATTENTION, FEATURES, GRID, STATES
from pipeline.models.batches import Batch, HumanTarget, collate
from pipeline.models.checkpoint import load, save
from pipeline.models.settings import Settings
from pipeline.models.trained import TrainedModel, build, encoding_of
from pipeline.models.training import Fitted, fit
from pipeline.objectives import OBJECTIVES
from pipeline.objectives.base import Weighted
from tests.pipeline.explainers.pictures import digits, picture
from tests.pipeline.models.test_own import HERE as TEXTS
from tests.pipeline.models.test_own import VOCABULARY
from tests.support.tables import rows

HERE = "tests.pipeline.models.own_others"
KINDS = ("Pictures", "Rows", "AttendedRows")
QUICK = Settings(hidden_dim=8, learning_rate=1e-2, epochs=6, batch_size=16, device="cpu")
FEW = {"lime": {"samples": 30}, "kernel_shap": {"samples": 30}, "rise": {"masks": 30}}
FEW |= {"gradient_shap": {"samples": 3}, "learned_mask": {"epochs": 1}}
FEW |= {"mutual_information": {"components": 1, "restarts": 1}}


def data_of(name: str) -> list[Instance]:
    return list(digits(120) if name in ("Pictures", "Squashed", "Halved") else rows("iris"))


@cache
def fitted(name: str) -> Fitted:
    settings = replace(QUICK, kind=f"{HERE}:{name}", epochs=10)
    found = fit(data_of(name), settings=settings, seed=1)
    found.model.module.train(False)
    return found


def fresh(name: str, data: Sequence[Instance], **given: object) -> TrainedModel:
    settings = replace(QUICK, kind=f"{HERE}:{name}", **given)
    encoding = encoding_of(settings.kind).learn(data, settings)
    return build(settings, encoding, ("a", "b", "c"), False)


def batch_of(model: TrainedModel, data: Sequence[Instance]) -> Batch:
    return collate(model.encode(data))


@pytest.mark.parametrize(
    ("name", "reads", "offers"),
    [
        ("Pictures", "image", {ATTENTION, STATES, GRID}),
        ("Rows", "row", {FEATURES}),
        ("AttendedRows", "row", {ATTENTION, FEATURES}),
        ("made_rows", "row", {FEATURES}),
    ],
)
def test_a_factory_says_what_it_reads(name: str, reads: str, offers: set[str]) -> None:
    assert encoding_of(f"{HERE}:{name}").kinds == (reads,)
    assert offers <= fresh(name, data_of(name)).module.offers
    assert (ATTENTION in offers) == (ATTENTION in fresh(name, data_of(name)).module.offers)


@pytest.mark.parametrize("name", KINDS)
def test_it_learns_and_is_read_again_whole(name: str, tmp_path: Path) -> None:
    found = fitted(name)
    assert found.metrics["train_accuracy"] >= 0.6  # of three classes
    save(found.model, tmp_path / "run")
    again = load(tmp_path / "run", "cpu")
    batch = batch_of(found.model, data_of(name)[:5])
    assert torch.equal(again.module(batch).logits, found.model.module(batch).logits)
    copied = pickle.loads(pickle.dumps(found.model.module))
    assert torch.equal(copied(batch).logits, found.model.module(batch).logits)


@pytest.mark.parametrize("name", KINDS)
def test_what_every_model_promises(name: str) -> None:
    model = fitted(name).model
    data = data_of(name)[:4]
    batch = batch_of(model, data)
    output = model.module(batch)
    n, units = batch.ids.shape
    assert output.embeddings.shape[:2] == output.attention.shape == (n, units)
    torch.testing.assert_close(output.attention.sum(-1), torch.ones(n))
    torch.testing.assert_close(output.log_attention.exp(), output.attention)
    given = model.module(batch, embeddings=model.module.embed(batch))
    assert torch.equal(given.logits, output.logits)
    for row, one in enumerate(data):
        alone = model.module(batch_of(model, [one]))
        torch.testing.assert_close(alone.logits[0], output.logits[row], atol=1e-5, rtol=1e-5)
    decayed, free = model.module.parameter_groups(0.1)
    assert len(free["params"]) == (0 if name == "Rows" else 2)
    assert decayed["weight_decay"] == 0.1


@pytest.mark.parametrize("name", ["Pictures", "AttendedRows"])
def test_an_offset_moves_attention(name: str) -> None:
    model = fitted(name).model
    batch = batch_of(model, data_of(name)[:3])
    plain = model.module(batch)
    offset = torch.linspace(-2, 2, plain.scores.numel()).reshape(plain.scores.shape)
    moved = model.module.attend(plain.states, plain.embeddings, batch, offset)
    torch.testing.assert_close(moved.scores, plain.scores + offset)
    assert (moved.attention - plain.attention).abs().max() > 0.01


@pytest.mark.parametrize("name", KINDS)
def test_every_explainer_that_it_can_have_gives_a_score_to_every_unit(name: str) -> None:
    model, data = fitted(name).model, data_of(name)
    offers = model.module.offers
    can = [n for n in EXPLAINERS if getattr(EXPLAINERS.load(n), "needs", frozenset()) <= offers]
    assert {"gradient", "deeplift", "lime", "learned_mask"} <= set(can)
    assert ("grad_cam" in can, "attention" in can) == (name == "Pictures", name != "Rows")
    shown, options = data[::40], {n: o for n, o in FEW.items() if n in can}
    found = [
        one
        for chunk in explain(
            model, shown, can, settings=ExplainSettings(options=options), learn_from=data
        )
        for one in chunk
    ]
    assert len(found) == len(can) * len(shown)
    for one in found:
        assert one.scores.shape == (len(model.encode(shown[:1])[0].ids),)
        assert np.isfinite(one.scores).all()
        assert one.unit == ("patch" if name == "Pictures" else "feature")
    with pytest.raises(UsageError, match=f"does not have|{HERE}"):
        explain(model, shown, ["attention_rollout"])


@pytest.mark.parametrize("name", KINDS)
def test_every_objective_that_it_can_have_trains_it(name: str) -> None:
    data, offers = data_of(name)[::5], fitted(name).model.module.offers
    units = len(fitted(name).model.encode(data[:1])[0].ids)
    marks = np.zeros(units, np.float32)
    marks[0] = 1
    human = {one.id: HumanTarget(marks) for one in data}
    settings = replace(QUICK, kind=f"{HERE}:{name}", epochs=1)
    can = [
        n
        for n in OBJECTIVES
        if n != "cross_entropy" and getattr(Weighted(n, 0.1).load(), "needs", frozenset()) <= offers
    ]
    assert ("attention_supervision" in can) == (name != "Rows")
    assert "saliency_learning" in can
    for objective in can:
        made = fit(data, settings=settings, objectives=[Weighted(objective, 0.1)], human=human)
        weights = made.model.module.state_dict().values()
        assert all(weight.isfinite().all() for weight in weights), objective


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Sounds", "its reads is 'sound', and must be one of text, image, row"),
        ("Squashed", "encode returned a tensor of shape (1, 8), not one of shape (1, any, 8, 8)"),
        ("Halved", "encode returned a tensor of shape (1, 8, 8, 4), not one of"),
        ("Comparing", "what stands beside an instance in its batch changes what is predicted"),
        ("Patchless", "the module has no encode"),
        ("ScoredRows", "the module has a score and no encode"),
    ],
)
def test_what_is_wrong_is_said(name: str, said: str) -> None:
    data = rows("iris") if name == "ScoredRows" else digits(9)
    with pytest.raises(ConfigError, match=re.escape(said)):
        fresh(name, data)


def test_a_module_that_does_not_say_that_it_reads_pictures_is_one_of_texts() -> None:
    settings = replace(QUICK, kind=f"{HERE}:Textual")
    with pytest.raises(ConfigError, match="the module has no embed and no encode"):
        build(settings, VOCABULARY, ("a", "b"), False)
    assert encoding_of(f"{TEXTS}:Window").kinds == ("text", "pair")


def test_a_picture_of_another_size_is_brought_to_the_size_of_training() -> None:
    model = fitted("Pictures").model
    levels = np.zeros((30, 20), np.uint8)
    levels[:, :10] = 255
    output = model.module(batch_of(model, [picture(levels), *digits(2)]))
    assert output.embeddings.shape[1] == 64
    # The left half was white, and is the left four columns of the 8 × 8 patches.
    left = output.embeddings[0].detach().reshape(8, 8)
    assert (left[:, :4] > left[:, 4:]).all()


def test_settings_of_texts_are_not_for_them() -> None:
    with pytest.raises(ConfigError, match="reads no words; leave .model. vectors out"):
        fresh("Pictures", digits(9), vectors="words.txt")
    with pytest.raises(ConfigError, match="brings its own attention"):
        fresh("Rows", rows("iris"), attention="dot")


def test_size_and_grid_are_those_of_the_settings() -> None:
    shown = digits(9)
    model = fresh("Pictures", shown, image_size=12, grid=4)
    assert model.module(batch_of(model, shown)).states.hidden.shape == (9, 16, 8)
