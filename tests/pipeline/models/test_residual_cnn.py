"""The residual network: what holds in it whatever it has learned."""

from __future__ import annotations

import copy
import math
import pickle
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from db.errors import ConfigError, DataError, KonkyoError
from db.records import Instance
from pipeline.models.batches import Batch, collate
from pipeline.models.checkpoint import load, save
from pipeline.models.pixels import Pixels
from pipeline.models.predict import predict
from pipeline.models.residual_cnn import ResidualCNN, strides
from pipeline.models.settings import Settings
from pipeline.models.trained import TrainedModel, build
from pipeline.models.training import fit
from tests.pipeline.explainers.pictures import NETWORK, digits, picture, trained
from tests.support.data import instance as text


def pictures(side: int, channels: int, n: int = 3) -> list[Instance]:
    rng = np.random.default_rng(side)
    return [picture(rng.integers(0, 256, (side, side, channels), dtype=np.uint8)) for _ in range(n)]


def fresh(side: int, grid: int, **given: Any) -> tuple[TrainedModel, list[Instance]]:
    shown = pictures(side, 3)
    settings = replace(NETWORK, image_size=side, grid=grid, **given)
    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        model = build(settings, Pixels.learn(shown, settings), ("a", "b", "c"), False)
    model.module.train(False)
    return model, shown


def batch_of(model: TrainedModel, shown: list[Instance]) -> Batch:
    return collate(model.encode(shown))


@pytest.mark.parametrize(
    ("side", "grid"), [(8, 8), (12, 6), (15, 5), (16, 4), (112, 14), (26, 2), (20, 10), (64, 2)]
)
def test_every_size_of_patch_gives_a_state_for_every_patch(side: int, grid: int) -> None:
    model, shown = fresh(side, grid)
    output = model.module(batch_of(model, shown))
    assert output.embeddings.shape == (3, grid**2, 3 * (side // grid) ** 2)
    assert output.states.hidden.shape == (3, grid**2, NETWORK.hidden_dim)
    assert output.logits.shape == (3, 3)
    torch.testing.assert_close(output.attention.sum(-1), torch.ones(3))
    torch.testing.assert_close(output.log_attention.exp(), output.attention)


def test_steps_make_a_patch_one_state_in_all() -> None:
    assert strides(1) == (1, 1, 1, 1)
    assert strides(8) == (2, 2, 2, 1)
    assert strides(6) == (3, 2, 1, 1)
    for patch in range(1, 200):
        found = strides(patch)
        assert (len(found), math.prod(found)) == (4, patch)


def test_patches_are_put_together_to_the_picture_they_were_cut_from() -> None:
    model, shown = fresh(12, 4)
    whole = model.module.pictures(model.module.embed(batch_of(model, shown)))  # type: ignore[attr-defined]
    levels = np.stack([_levels(one) for one in shown]).transpose(0, 3, 1, 2) / 255
    mean, spread = (
        np.array(moments)[None, :, None, None]
        for moments in (model.encoding.mean, model.encoding.spread)  # type: ignore[attr-defined]
    )
    np.testing.assert_allclose(whole.numpy(), (levels - mean) / spread, atol=1e-5)
    # Over training, every channel has the mean 0 and the spread 1.
    np.testing.assert_allclose(whole.mean((0, 2, 3)).numpy(), 0, atol=1e-5)
    np.testing.assert_allclose(whole.std((0, 2, 3), correction=0).numpy(), 1, atol=1e-5)


def _levels(one: Instance) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(one.image or b"")))


def test_a_patch_reaches_its_own_state_most() -> None:
    """A state stands where its patch does: rows and columns are not confused."""
    model, shown = fresh(32, 8)
    batch = batch_of(model, shown[:1])
    start = model.module.embed(batch)
    before = model.module.encode(start, batch).hidden
    for unit in (9, 22, 41, 62):
        changed = start.clone()
        changed[:, unit] += 3
        moved = (model.module.encode(changed, batch).hidden - before).norm(dim=-1)[0]
        row, column = divmod(int(moved.argmax()), 8)
        assert abs(row - unit // 8) <= 1 and abs(column - unit % 8) <= 1


def test_alone_and_among_others_a_picture_gets_the_same() -> None:
    model, shown = trained(), list(digits(30))
    together = model.module(batch_of(model, shown))
    for place, one in enumerate(shown):
        alone = model.module(batch_of(model, [one]))
        torch.testing.assert_close(alone.logits[0], together.logits[place], atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(
            alone.states.hidden[0], together.states.hidden[place], atol=1e-5, rtol=1e-5
        )


def test_from_embeddings_or_states_the_pass_is_the_same() -> None:
    model, shown = fresh(12, 4)
    batch = batch_of(model, shown)
    whole = model.module(batch)
    assert (model.module(batch, embeddings=whole.embeddings).logits == whole.logits).all()
    again = model.module.attend(whole.states, whole.embeddings, batch)
    assert (again.logits == whole.logits).all()
    pushed = model.module(batch, score_offset=20 * torch.eye(16)[[0, 5, 7]])
    assert pushed.attention.argmax(-1).tolist() == [0, 5, 7]


def test_it_copies_and_travels() -> None:
    model, shown = fresh(8, 8)
    batch, expected = batch_of(model, shown), model.module(batch_of(model, shown)).logits
    assert (copy.deepcopy(model).module(batch).logits == expected).all()
    assert (pickle.loads(pickle.dumps(model)).module(batch).logits == expected).all()


def test_attention_alone_has_no_weight_decay() -> None:
    module = fresh(8, 8)[0].module
    decayed, free = module.parameter_groups(0.1)
    assert (decayed["weight_decay"], free["weight_decay"]) == (0.1, 0.0)
    assert {id(one) for one in free["params"]} == {
        id(value)
        for name, value in module.named_parameters()
        if "scorer" in name  # type: ignore[attr-defined]
    }
    assert len(free["params"]) == 3


def test_digits_are_learned_and_a_seed_repeats_it() -> None:
    model, shown = trained(), list(digits(240))
    found = [model.labels[int(p.probabilities.argmax())] for p in predict(model, shown, "run")]
    assert np.mean([label == one.label for label, one in zip(found, shown, strict=True)]) > 0.95
    short = replace(NETWORK, epochs=1)
    first, again = (fit(shown[:40], settings=short, seed=5).model for _ in range(2))
    for name, value in first.module.state_dict().items():
        assert (value == again.module.state_dict()[name]).all()


def test_a_checkpoint_predicts_the_same_again(tmp_path: Path) -> None:
    model, shown = trained(), list(digits(12))
    save(model, tmp_path / "model")
    again = load(tmp_path / "model", "cpu")
    assert again.encoding == model.encoding
    for one, other in zip(predict(model, shown, "r"), predict(again, shown, "r"), strict=True):
        assert one.probabilities.tolist() == other.probabilities.tolist()


def test_a_checkpoint_of_another_image_size_is_refused(tmp_path: Path) -> None:
    model = trained()
    save(model, tmp_path / "model")
    pixels = tmp_path / "model" / Pixels.file
    other = replace(model.encoding, image_size=16, grid=8)  # type: ignore[type-var]
    pixels.write_text(other.written(), "utf-8")
    with pytest.raises(KonkyoError, match=r"pixels.json cannot be used .* train the model again"):
        load(tmp_path / "model")
    asked = replace(model, settings=replace(NETWORK, image_size=16))
    save(asked, tmp_path / "other")
    with pytest.raises(KonkyoError, match="image_size is 16, and .* were read with 8; train"):
        load(tmp_path / "other")


@pytest.mark.parametrize(
    "given",
    [
        {"attention": "dot"},
        {"attention": "conditional", "attributes": ("genre",)},
        {"vectors": "words.txt"},
    ],
)
def test_settings_of_texts_are_refused(given: dict) -> None:
    with pytest.raises(ConfigError, match="'residual_cnn' reads pictures"):
        fresh(8, 8, **given)


def test_texts_are_refused_by_name() -> None:
    words = text("good soup")
    with pytest.raises(DataError, match=f"instance {words.id} is of the kind 'text'"):
        trained().encode([words])


def test_pictures_of_one_class_are_refused() -> None:
    zeros = [one for one in digits(240) if one.label == "0"][:12]
    with pytest.raises(DataError, match="every instance has the label '0'"):
        fit(zeros, settings=replace(NETWORK, epochs=1))


def test_what_it_starts_from_is_a_setting_each() -> None:
    assert Settings(kind="residual_cnn", **ResidualCNN.defaults).hidden_dim == 32
