"""Every method against Captum's own class, called text by text."""

from __future__ import annotations

import captum.attr
import numpy as np
import pytest
import torch
from captum._utils.models.linear_model import SkLearnLinearRegression, SkLearnRidge
from scipy.stats import spearmanr
from torch import nn

from db.records import Instance
from pipeline.explainers import EXPLAINERS
from pipeline.explainers.baselines import MEAN, ZERO, baseline_of
from pipeline.explainers.deeplift import DeepLift
from pipeline.explainers.gradient_shap import GradientShap
from pipeline.explainers.integrated_gradients import IntegratedGradients
from pipeline.explainers.kernel_shap import KernelShap
from pipeline.explainers.lime import Lime
from pipeline.models.seeding import instance_generator
from pipeline.removal.mean_embedding import MeanEmbedding
from tests.pipeline.explainers.linear import shared, summed
from tests.pipeline.models.support import pair, small_model
from tests.support.data import instance

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:captum")

TEXTS = [
    instance("good soup and warm bread again today"),
    instance("we will not come here again ever"),
]
PAIRS = [pair("a man sleeps", "he is awake"), pair("two dogs run", "they are cats")]
BOTH = pytest.mark.parametrize("instances", [TEXTS, PAIRS], ids=["texts", "pairs"])
BASELINES = pytest.mark.parametrize("baseline", [ZERO, MEAN])


def runs(model, instances: list[Instance]):
    """All instances in one batch; and each alone with its model, embeddings and target."""
    mean = MeanEmbedding(model).mean
    together = shared(model, instances, mean_embedding=mean, token_budget=30)
    alone = [shared(model, [one], mean_embedding=mean) for one in instances]
    return together, [
        (one, one.forward_from(one.batch), one.output.embeddings.detach(), one.targets)
        for one in alone
    ]


def token_mask(embeddings: torch.Tensor) -> torch.Tensor:
    tokens = torch.arange(embeddings.shape[1])
    return tokens[None, :, None].expand(1, -1, embeddings.shape[2])


def near(found: torch.Tensor, expected: list[torch.Tensor], atol: float = 1e-5) -> None:
    assert found.abs().max() > 1e-3, "a comparison of zeros would show nothing"
    torch.testing.assert_close(found, torch.cat(expected).to(found), atol=atol, rtol=1e-5)


@BOTH
@pytest.mark.parametrize(("name", "order"), [("saliency_l1", 1), ("saliency_l2", 2)])
def test_saliency(instances: list, name: str, order: int) -> None:
    together, alone = runs(small_model(instances), instances)
    expected = [
        torch.linalg.vector_norm(captum.attr.Saliency(f).attribute(e, target=t), order, dim=-1)
        for _, f, e, t in alone
    ]
    near(EXPLAINERS.load(name)().attribute(together).scores, expected)


@BOTH
def test_attention_times_gradient_norm(instances: list) -> None:
    together, alone = runs(small_model(instances), instances)
    expected = [
        one.output.attention
        * captum.attr.Saliency(f).attribute(e, target=t, abs=False).pow(2).sum(-1).sqrt()
        for one, f, e, t in alone
    ]
    near(EXPLAINERS.load("attention_x_gradient_norm")().attribute(together).scores, expected)


@BOTH
@BASELINES
def test_feature_ablation(instances: list, baseline: str) -> None:
    together, alone = runs(small_model(instances), instances)
    expected = [
        captum.attr.FeatureAblation(f).attribute(
            e, baseline_of(one, baseline), target=t, feature_mask=token_mask(e)
        )[..., 0]
        for one, f, e, t in alone
    ]
    near(EXPLAINERS.load("feature_ablation")(baseline).attribute(together).scores, expected)


@BASELINES
@pytest.mark.parametrize("window", [1, 3, 100])
def test_occlusion(window: int, baseline: str) -> None:
    together, alone = runs(small_model(TEXTS), TEXTS)
    expected = [
        captum.attr.Occlusion(f).attribute(
            e, (min(window, e.shape[1]), e.shape[2]), baselines=baseline_of(one, baseline), target=t
        )[..., 0]
        for one, f, e, t in alone
    ]
    near(EXPLAINERS.load("occlusion")(window, baseline).attribute(together).scores, expected)


def test_windows_of_occlusion_stay_within_one_text_of_a_pair() -> None:
    together, alone = runs(small_model(PAIRS), PAIRS)
    windows = [(0, 1), (1, 2), (3, 4), (4, 5)]  # three and three tokens, two a window
    expected = []
    for _, f, e, t in alone:
        drops = torch.zeros(1, 6, 4)
        for number, window in enumerate(windows):
            gone = e.clone()
            gone[:, window] = 0
            drops[:, window, number] = (f(e) - f(gone))[:, int(t)]
        expected.append(drops.sum(-1) / (drops != 0).sum(-1))
    near(EXPLAINERS.load("occlusion")(2).attribute(together).scores, expected)


def test_one_token_a_window_is_feature_ablation() -> None:
    together, _ = runs(small_model(TEXTS), TEXTS)
    one, other = (
        EXPLAINERS.load(name)(**options).attribute(together).scores
        for name, options in (("occlusion", {"window": 1}), ("feature_ablation", {}))
    )
    torch.testing.assert_close(one, other)


@pytest.mark.parametrize("activation", [None, nn.Tanh(), nn.ReLU()], ids=["lstm", "tanh", "relu"])
@BASELINES
def test_deeplift(activation: nn.Module | None, baseline: str) -> None:
    model = small_model(TEXTS) if activation is None else summed(TEXTS, activation)
    together, alone = runs(model, TEXTS)
    found = DeepLift(baseline).attribute(together)
    if activation is not None:
        expected = []
        for one, _, e, t in alone:
            net = nn.Sequential(_Sum(), one.model.activation, one.model.output)
            captums = captum.attr.DeepLift(net)
            expected.append(captums.attribute(e, baseline_of(one, baseline), target=t).sum(-1))
        near(found.scores, [each.detach() for each in expected])
        # Its rule makes scores sum to the difference through one activation, …
        assert all(abs(detail["residual"]) < 1e-9 for detail in found.details)
    else:
        # … and does not reach a BiLSTM with attention, where it is (e − baseline) · derivative.
        slope = together.gradient
        moved = together.output.embeddings - baseline_of(together, baseline)
        near(found.scores, [(moved * slope).sum(-1).detach()])
        assert all(abs(detail["residual"]) > 1e-4 for detail in found.details)


class _Sum(nn.Module):
    def forward(self, embeddings: torch.Tensor) -> torch.Tensor:
        return embeddings.sum(1)


@BASELINES
def test_gradient_shap(baseline: str, monkeypatch: pytest.MonkeyPatch) -> None:
    together, alone = runs(small_model(TEXTS), TEXTS)
    expected = []
    for one, f, e, t in alone:
        drawn = instance_generator(0, "gradient_shap", one.batch.instance_ids[0]).random(6)
        monkeypatch.setattr(np.random, "uniform", lambda low, high, n, drawn=drawn: drawn)
        expected.append(
            captum.attr.GradientShap(f)
            .attribute(e, baseline_of(one, baseline), n_samples=6, target=t)
            .sum(-1)
        )
    near(GradientShap(samples=6, baseline=baseline).attribute(together).scores, expected)


def test_gradient_shap_with_many_points_nears_integrated_gradients() -> None:
    together = shared(small_model(TEXTS), TEXTS)
    exact = IntegratedGradients(tolerance=0.001).attribute(together).scores
    spread = [
        (GradientShap(samples=n).attribute(together).scores - exact).abs().mean().item()
        for n in (4, 400)
    ]
    assert spread[1] < 0.1 * exact.abs().mean()
    assert spread[1] < spread[0] / 4  # as 1/√n has it: a tenth


def test_noise_moves_gradient_shap_a_little() -> None:
    together = shared(small_model(TEXTS), TEXTS)
    still, moved = (GradientShap(100, noise=n).attribute(together).scores for n in (0.0, 0.05))
    assert 0 < (still - moved).abs().mean() < 0.2 * still.abs().mean()


def given_masks(masks: np.ndarray, embeddings: torch.Tensor, base: torch.Tensor):
    """What Captum asks for: samples in turn, and texts made of them."""

    def draw(_: torch.Tensor, **__: object):
        for mask in masks:
            yield torch.tensor(mask[None], dtype=torch.float32)

    def text(mask: torch.Tensor, _: torch.Tensor, **__: object) -> torch.Tensor:
        return torch.where(mask[0].bool()[None, :, None], embeddings, base)

    return {"perturb_func": draw, "from_interp_rep_transform": text, "perturb_interpretable_space": True,
            "to_interp_rep_transform": None}  # fmt: skip


@BASELINES
def test_lime(baseline: str) -> None:
    explainer = Lime(samples=60, ridge=0.5, baseline=baseline)
    together, alone = runs(small_model(TEXTS), TEXTS)
    found = explainer.attribute(together).scores

    def similar(_: torch.Tensor, __: torch.Tensor, mask: torch.Tensor, **___: object) -> float:
        """Ribeiro et al.: the root of exp(−d²/25²), d a hundred times the cosine distance."""
        kept = mask.numpy()[0]
        cosine = kept.sum() / (np.sqrt(kept.sum()) * np.sqrt(len(kept))) if kept.any() else 0.0
        return float(np.sqrt(np.exp(-((100 * (1 - cosine)) ** 2) / 25**2)))

    for row, (one, f, e, t) in enumerate(alone):
        masks = explainer.masks(one)[0]
        captums = captum.attr.LimeBase(
            f,
            SkLearnRidge(alpha=0.5),
            similar,
            **given_masks(masks, e, baseline_of(one, baseline)),
        ).attribute(e, target=t, n_samples=len(masks))
        near(found[row], [captums.flatten()], atol=1e-4)
        assert spearmanr(found[row], captums.flatten()).statistic > 0.99


def test_kernel_shap() -> None:
    explainer = KernelShap(samples=80)
    together, alone = runs(small_model(TEXTS), TEXTS)
    found = explainer.attribute(together).scores
    for row, (one, f, e, t) in enumerate(alone):
        masks, _, exact = explainer.coalitions(one)
        assert not exact
        ends = np.stack([np.zeros(e.shape[1]), np.ones(e.shape[1])])
        weights = iter([1e6, 1e6] + [1.0] * len(masks[0]))  # as Captum's KernelShap weighs
        captums = captum.attr.LimeBase(
            f,
            SkLearnLinearRegression(),
            lambda *_, weights=weights, **__: next(weights),
            **given_masks(np.concatenate([ends, masks[0]]), e, torch.zeros_like(e)),
        ).attribute(e, target=t, n_samples=len(masks[0]) + 2)
        near(found[row], [captums.flatten()], atol=1e-3)
        assert spearmanr(found[row], captums.flatten()).statistic > 0.9
