"""Kernel SHAP and LIME against what their definitions give on texts small enough to work out."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from db.errors import UsageError
from pipeline.explainers.base import Shared
from pipeline.explainers.deeplift import DeepLift
from pipeline.explainers.integrated_gradients import IntegratedGradients
from pipeline.explainers.kernel_shap import KernelShap
from pipeline.explainers.lime import Lime
from tests.pipeline.explainers.linear import shared, summed
from tests.pipeline.models.support import pair, small_model
from tests.support.data import instance

SHORT = [
    instance("we"),
    instance("good soup"),
    instance("we came again"),
    instance("bad bread and soup"),
    instance("we will not come again"),
    instance("good soup and bad old bread"),
]
LONG = [instance("we will not come here again for soup or bread")]


def value(run: Shared, kept: frozenset[int]) -> float:
    """The target's logit with only these tokens in place."""
    embeddings = run.output.embeddings.detach().clone()
    embeddings[:, [t for t in range(embeddings.shape[1]) if t not in kept]] = 0
    return float(run.forward_from(run.batch)(embeddings).detach()[0, int(run.targets)])


def shapley(run: Shared) -> list[float]:
    """The mean over all orders of what a token adds to those before it."""
    tokens = range(run.batch.ids.shape[1])
    known: dict[frozenset[int], float] = {}
    found = np.zeros(len(tokens))
    orders = list(permutations(tokens))
    for order in orders:
        before: frozenset[int] = frozenset()
        for token in order:
            after = before | {token}
            for each in (before, after):
                if each not in known:
                    known[each] = value(run, each)
            found[token] += known[after] - known[before]
            before = after
    return (found / len(orders)).tolist()


@pytest.mark.parametrize("text", SHORT, ids=lambda text: str(len(text.tokens)))
def test_kernel_shap_of_a_short_text_is_shapleys_value(text) -> None:
    run = shared(small_model(SHORT, double=True), [text])
    found = KernelShap(samples=62).attribute(run)
    assert found.scores[0].tolist() == pytest.approx(shapley(run), abs=1e-6)
    assert found.details[0]["exact"] == 1


def test_kernel_shap_covers_both_texts_of_a_pair() -> None:
    pairs = [pair("two dogs", "cats")]
    run = shared(small_model(pairs, double=True), pairs)
    found = KernelShap().attribute(run).scores[0].tolist()
    assert found == pytest.approx(shapley(run), abs=1e-6)


def test_drawn_coalitions_near_the_exact_values_as_they_grow() -> None:
    texts = [instance("we will not come here again for")]
    model = small_model(texts, double=True)
    exact = KernelShap(samples=2**7 - 2).attribute(shared(model, texts)).scores[0].numpy()
    off = {samples: [] for samples in (12, 120)}
    for seed in range(5):
        for samples, found in off.items():
            drawn = KernelShap(samples=samples).attribute(shared(model, texts, seed=seed))
            assert drawn.details[0]["exact"] == 0
            found.append(np.abs(drawn.scores[0].numpy() - exact).mean())
    assert spearmanr(drawn.scores[0].numpy(), exact).statistic >= 0.9
    assert np.mean(off[120]) < np.mean(off[12]) / 2  # as 1/√n has it: a third


@pytest.mark.parametrize("samples", [2, 6, 200])
def test_kernel_shap_sums_to_the_difference_however_few_the_samples(samples: int) -> None:
    run = shared(small_model(LONG, double=True), LONG)
    found = KernelShap(samples=samples).attribute(run)
    everything = value(run, frozenset(range(10))) - value(run, frozenset())
    assert float(found.scores.sum()) == pytest.approx(everything, abs=1e-9)
    assert found.details[0]["difference"] == pytest.approx(everything)
    assert found.details[0]["samples"] == samples


def weights_of(run: Shared) -> torch.Tensor:
    """(1, T): what each token adds to the target's logit in a linear model."""
    target = run.model.output.weight[run.targets]  # type: ignore[attr-defined]
    return (run.output.embeddings * target[:, None]).sum(-1).detach()


@pytest.mark.parametrize("text", [*SHORT[1:], *LONG], ids=lambda text: str(len(text.tokens)))
def test_lime_recovers_the_weights_of_a_linear_model(text) -> None:
    run = shared(summed([*SHORT, *LONG]), [text])
    found = Lime(samples=60, ridge=1e-9).attribute(run)
    torch.testing.assert_close(found.scores, weights_of(run), atol=1e-7, rtol=0)
    assert found.details[0]["fit"] == pytest.approx(1)


@pytest.mark.parametrize("method", [KernelShap(), DeepLift(), IntegratedGradients()])
def test_a_linear_model_is_explained_exactly(method) -> None:
    run = shared(summed(LONG), LONG)
    found = method.attribute(run)
    torch.testing.assert_close(found.scores, weights_of(run), atol=1e-6, rtol=0)
    # Completeness: f(x) − f(0), which in a linear model is the sum of the weights.
    assert found.details[0]["difference"] == pytest.approx(float(weights_of(run).sum()))
    assert abs(found.details[0].get("residual", 0)) < 1e-6


def test_lime_takes_all_coalitions_once_where_they_are_few_enough() -> None:
    run = shared(small_model(SHORT), [SHORT[3]])
    masks = Lime(samples=16).masks(run)[0]
    assert len({tuple(mask) for mask in masks.tolist()}) == len(masks) == 2**4
    assert len(Lime(samples=15).masks(run)[0]) == 15
    assert Lime(samples=15).masks(run)[0, 0].all()


def test_a_kernel_of_lime_prefers_coalitions_near_the_text() -> None:
    stays = torch.tensor([[[1.0, 1, 1, 1], [1, 1, 1, 0], [1, 0, 0, 0], [0, 0, 0, 0]]])
    # d = 1 − √(share): 0, .134, .5, 1; exp(−d² / (2 · .25²)) by hand:
    expected = [1, 0.8662, 0.1353, 0.00034]
    assert Lime().weights(stays)[0].tolist() == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (Lime, {"samples": 1}),
        (Lime, {"ridge": 0.0}),
        (Lime, {"width": 0.0}),
        (KernelShap, {"samples": 1}),
        (KernelShap, {"baseline": "mean"}),
    ],
)
def test_impossible_options_are_refused(kind, given: dict) -> None:
    with pytest.raises(UsageError):
        kind(**given)
