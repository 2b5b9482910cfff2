"""Every explainer on pictures, and the three that are made for them."""

from __future__ import annotations

from dataclasses import replace

import captum.attr
import numpy as np
import pytest
import torch
from scipy.ndimage import map_coordinates
from torch import Tensor, nn

from db.errors import UsageError
from db.records import Instance, Rationale
from pipeline.explainers import EXPLAINERS
from pipeline.explainers.base import Shared
from pipeline.explainers.batching import ExplainSettings, explain
from pipeline.explainers.feature_ablation import FeatureAblation
from pipeline.explainers.grad_cam import GradCam
from pipeline.explainers.gradient import Gradient
from pipeline.explainers.integrated_gradients import IntegratedGradients
from pipeline.explainers.occlusion import Occlusion
from pipeline.explainers.rise import Rise
from pipeline.models.base import Output, States
from pipeline.models.batches import Batch, collate
from pipeline.models.pixels import Pixels
from pipeline.models.predict import predict
from pipeline.models.seeding import instance_generator
from pipeline.models.trained import TrainedModel, build, frozen
from tests.pipeline.explainers.pictures import NETWORK, digits, picture, trained
from tests.pipeline.models.support import small_model
from tests.support.data import instance as text

OFFERS = frozenset({"attention", "states", "grid"})
NAMES = sorted(
    name for name in EXPLAINERS if getattr(EXPLAINERS.load(name), "needs", frozenset()) <= OFFERS
)
FEW = {
    "lime": {"samples": 40},
    "kernel_shap": {"samples": 40},
    "gradient_shap": {"samples": 4},
    "rise": {"masks": 40},
    "integrated_gradients": {"most_steps": 32},
    "learned_mask": {"epochs": 1},
}
SHOWN = list(digits(6))


def explained(names: list[str], shown: list[Instance] = SHOWN, **given) -> list[Rationale]:
    settings = ExplainSettings(options=FEW, **given)
    chunks = explain(
        trained(), shown, names, settings=settings, seed=4, run_id="run", learn_from=SHOWN
    )
    found = [one for chunk in chunks for one in chunk]
    order = [one.id for one in shown]
    return sorted(found, key=lambda one: (one.explainer, order.index(one.instance_id)))


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_all_that_explains_units_explains_patches() -> None:
    assert {"attention", "lime", "deeplift", "grad_cam", "rise", "occlusion"} <= set(NAMES)


def test_a_score_a_patch_for_the_class_predicted_and_the_same_alone_or_again(name: str) -> None:
    together, again = explained([name]), explained([name])
    small = explained([name], token_budget=200)
    predicted = [int(p.probabilities.argmax()) for p in predict(trained(), SHOWN, "run")]
    assert len(set(predicted)) == 3
    for place, one in enumerate(together):
        assert (one.unit, one.shape, one.scores.shape) == ("patch", (8, 8), (64,))
        assert one.scores.dtype == np.float32 and np.isfinite(one.scores).all()
        assert one.target == predicted[place]
        assert one.scores.tolist() == again[place].scores.tolist()
        np.testing.assert_allclose(one.scores, small[place].scores, atol=1e-5)
        assert one.id == small[place].id
    alone = explained([name], SHOWN[2:3])[0]
    np.testing.assert_allclose(alone.scores, together[2].scores, atol=1e-5)


def shared(model: TrainedModel, shown: list[Instance], **given) -> Shared:
    with frozen(model) as module:
        batch = collate(model.encode(shown))
        return Shared.run(module, batch, shape=model.encoding.shape, **given)


def network(side: int, grid: int) -> tuple[TrainedModel, list[Instance]]:
    """Random weights in double precision, on noise in colour."""
    rng = np.random.default_rng(1)
    levels = rng.integers(0, 256, (3, side, side, 3), dtype=np.uint8)
    shown = [picture(one) for one in levels]
    settings = replace(NETWORK, image_size=side, grid=grid)
    with torch.random.fork_rng([]):
        torch.manual_seed(2)
        model = build(settings, Pixels.learn(shown, settings), ("a", "b", "c"), False)
    model.module.to(torch.float64)
    model.module.train(False)
    return model, shown


def by_picture(one: Shared):
    """The model as a function of whole pictures, (B, C, S, S), as others know networks."""
    module = one.model

    def forward(pictures: Tensor) -> Tensor:
        states = module.stages(module.stem(pictures)).flatten(2).transpose(1, 2)  # type: ignore[attr-defined]
        rows = torch.arange(len(one.batch)).repeat(len(pictures) // len(one.batch))
        return module.attend(States(states, None), pictures, one.batch.take(rows)).logits

    return forward, module.pictures(one.output.embeddings.detach())  # type: ignore[attr-defined]


def patches(pixels: Tensor, grid: int) -> Tensor:
    """(B, C, S, S) of one number all over a patch → (B, U)."""
    step = pixels.shape[-1] // grid
    return pixels[:, 0, ::step, ::step].flatten(1)


def test_grad_cam_is_that_of_captum_at_the_last_stage() -> None:
    model, shown = network(12, 4)
    one = shared(model, shown)
    forward, whole = by_picture(one)

    class Whole(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stages = model.module.stages  # type: ignore[attr-defined]

        def forward(self, pictures: Tensor) -> Tensor:
            return forward(pictures)

    as_module = Whole()
    theirs = captum.attr.LayerGradCam(as_module, as_module.stages).attribute(
        whole.requires_grad_(), target=one.targets, relu_attributions=True
    )
    ours = GradCam().attribute(one).scores
    torch.testing.assert_close(ours, theirs.detach().flatten(1))
    assert (ours > 0).any()


def test_grad_cam_finds_the_same_beside_explainers_of_gradients_and_without() -> None:
    alone = explained(["grad_cam"])
    beside = explained(["saliency_l2", "grad_cam", "gradient"])
    for one, other in zip(alone, beside[: len(alone)], strict=True):
        assert other.explainer == "grad_cam"
        np.testing.assert_allclose(one.scores, other.scores, atol=1e-6)


@pytest.mark.parametrize(("side", "grid", "window"), [(10, 5, 2), (12, 4, 3), (8, 8, 1)])
def test_occlusion_slides_a_square_over_the_picture_as_captum_does(
    side: int, grid: int, window: int
) -> None:
    one = shared(*network(side, grid))
    forward, whole = by_picture(one)
    step = side // grid
    theirs = captum.attr.Occlusion(forward).attribute(
        whole, (3, window * step, window * step), (3, step, step), target=one.targets
    )
    ours = Occlusion(window=window).attribute(one).scores
    torch.testing.assert_close(ours, patches(theirs, grid))
    if window == 1:
        torch.testing.assert_close(ours.double(), FeatureAblation().attribute(one).scores.double())


def test_a_window_larger_than_the_picture_takes_all_of_it() -> None:
    one = shared(*network(8, 4))
    found = Occlusion(window=9).attribute(one).scores
    with torch.no_grad():
        empty = one.model(one.batch, embeddings=0 * one.output.embeddings).logits
    difference = (one.output.logits - empty).gather(1, one.targets[:, None])
    torch.testing.assert_close(found, difference.expand_as(found).detach().float())


def test_gradients_are_those_of_captum_on_the_picture() -> None:
    one = shared(*network(12, 4))
    forward, whole = by_picture(one)
    theirs = captum.attr.InputXGradient(forward).attribute(
        whole.requires_grad_(), target=one.targets
    )
    summed = theirs.unflatten(2, (4, 3)).unflatten(4, (4, 3)).sum((1, 3, 5)).flatten(1)
    torch.testing.assert_close(Gradient().attribute(one).scores.detach(), summed.detach())


def test_integrated_gradients_are_complete() -> None:
    """The network is linear in pieces, so that few steps are enough."""
    one = shared(trained(), SHOWN)
    found = IntegratedGradients().attribute(one)
    with torch.no_grad():
        empty = one.model(one.batch, embeddings=0 * one.output.embeddings).logits
    difference = (one.output.logits - empty).gather(1, one.targets[:, None])[:, 0].detach()
    allowed = (0.02 * difference.abs()).clamp(min=0.005)
    assert ((found.scores.sum(1) - difference).abs() <= allowed + 1e-4).all()
    assert all(detail["converged"] == 1 and detail["steps"] <= 128 for detail in found.details)


class Planted(nn.Module):
    """y = 4 + Σ w_u e_u over patches of one number: RISE knows the answer."""

    def __init__(self, weights: Tensor) -> None:
        super().__init__()
        self.weights = nn.Parameter(weights)

    def embed(self, batch: Batch) -> Tensor:
        assert batch.values is not None
        return torch.ones(batch.values.shape)

    def forward(self, batch: Batch, *, embeddings: Tensor | None = None) -> Output:
        start = self.embed(batch) if embeddings is None else embeddings
        y = 4 + start[..., 0] @ self.weights
        even = torch.full(start.shape[:2], 1 / start.shape[1])
        logits = torch.stack([y, -y], -1)
        states = States(start, None)
        return Output(logits, even, even.log(), 0 * even, batch.attended, start, states)


def planted(weights: Tensor) -> TrainedModel:
    return replace(trained(), module=Planted(weights), labels=("a", "b"))  # type: ignore[arg-type]


def test_rise_is_the_plain_reading_of_its_definition() -> None:
    rise = Rise(masks=30, cells=3)
    one = shared(trained(), SHOWN[:2])
    found = rise.attribute(one).scores
    for place in range(2):
        masks = rise.draw(0, SHOWN[place].id, (8, 8)).numpy()
        start = one.output.embeddings[place : place + 1].detach()
        alone = one.batch.take(torch.tensor([place]))
        target = int(one.targets[place])
        y = []
        for mask in masks:
            with torch.no_grad():
                shown = start * torch.from_numpy(mask)[None, :, None]
                y.append(float(one.model(alone, embeddings=shown).logits[0, target]))
        for unit in range(0, 64, 9):
            total = sum(mask[unit] * f for mask, f in zip(masks, y, strict=True))
            expected = total / sum(mask[unit] for mask in masks) - sum(y) / len(y)
            assert float(found[place, unit]) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(("shape", "cells"), [((8, 8), 3), ((14, 14), 7), ((5, 5), 7)])
def test_masks_are_cells_drawn_out_bilinearly_and_shifted(
    shape: tuple[int, int], cells: int
) -> None:
    """Each is found again, by SciPy's interpolation, at one of the shifts that there can be."""
    rise = Rise(masks=6, cells=cells)
    masks = rise.draw(3, "picture", shape).reshape(6, *shape).numpy()
    size = -(-shape[0] // cells)
    assert masks.min() >= 0 and masks.max() <= 1
    assert (masks[0] != masks[1]).any()
    drawn = instance_generator(3, "rise", "picture").random((6, 1, cells, cells), dtype=np.float32)
    for number, mask in enumerate(masks):
        stays = (drawn[number, 0] < 0.5).astype(float)
        at = (np.arange((cells + 1) * size) + 0.5) * cells / ((cells + 1) * size) - 0.5
        whole = map_coordinates(stays, np.meshgrid(at, at, indexing="ij"), order=1, mode="nearest")
        pieces = [
            whole[down : down + shape[0], right : right + shape[1]]
            for down in range(size)
            for right in range(size)
        ]
        assert min(np.abs(piece - mask).max() for piece in pieces) < 1e-5


def test_rise_finds_what_was_planted_and_its_sign() -> None:
    weights = torch.zeros(64)
    weights[9], weights[54] = 2.0, -1.0  # (1, 1) and (6, 6)
    scores = Rise(masks=3000, cells=8).attribute(shared(planted(weights), SHOWN[:1])).scores[0]
    # Cells are drawn out to patches: what lies around a patch is shown with it, and scores less.
    assert int(scores.argmax()) == 9
    assert int(scores.argmin()) == 54
    far = [u for u in range(64) if min(_apart(u, 9), _apart(u, 54)) > 2]
    assert scores[far].abs().max() < 0.1 < 0.4 < scores[9]


def _apart(one: int, other: int) -> int:
    return max(abs(one // 8 - other // 8), abs(one % 8 - other % 8))


def test_options_that_cannot_be_are_refused() -> None:
    for given in ({"masks": 1}, {"cells": 0}, {"probability": 0.0}, {"probability": 1.0}):
        with pytest.raises(UsageError, match="rise: "):
            Rise(**given)


def test_a_patch_that_no_mask_shows_gets_0() -> None:
    few = Rise(masks=2, cells=8, probability=1e-6)
    scores = few.attribute(shared(trained(), SHOWN[:2])).scores
    assert (scores == 0).all()


@pytest.mark.parametrize(("name", "lacks"), [("rise", "grid"), ("grad_cam", "states")])
def test_on_texts_they_are_refused(name: str, lacks: str) -> None:
    words = [text("good soup"), text("bad")]
    with pytest.raises(UsageError, match=f"explainer {name} needs {lacks}, which a model"):
        explain(small_model(words), words, [name])
