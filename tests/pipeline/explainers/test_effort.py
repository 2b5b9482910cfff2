"""Long texts: the same scores without matrices of tokens × tokens, warnings, and memory refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge
from torch import Tensor, nn

from db.errors import KonkyoError
from pipeline.explainers.batching import explain
from pipeline.explainers.effort import MUCH, enough_memory, laborious
from pipeline.explainers.gradient import Gradient
from pipeline.explainers.inference_arguments import InferenceArguments
from pipeline.explainers.keeping import learned_of
from pipeline.explainers.kernel_shap import _solve
from pipeline.explainers.lime import Lime, _ridge
from pipeline.explainers.occlusion import Occlusion
from pipeline.models.base import Output
from pipeline.models.batches import Batch, collate
from pipeline.models.trained import TrainedModel
from tests.pipeline.explainers.linear import Summed, summed
from tests.pipeline.models.support import small_model
from tests.support.data import instance

TWO_WORDS = instance("good soup")


@pytest.mark.parametrize(("samples", "tokens"), [(30, 7), (7, 30), (9, 9)])
def test_ridge_of_more_tokens_than_samples_is_that_of_scikit_learn(
    samples: int, tokens: int
) -> None:
    rng = np.random.default_rng(samples)
    z, y = rng.normal(size=(samples, tokens)), rng.normal(size=samples)
    expected = Ridge(alpha=0.3, fit_intercept=False).fit(z, y).coef_
    found = _ridge(torch.from_numpy(z)[None], torch.from_numpy(y)[None, :, None], 0.3)
    np.testing.assert_allclose(found[0, :, 0], expected, rtol=1e-8)


@pytest.mark.parametrize(("samples", "tokens"), [(60, 7), (8, 30)])
def test_shapley_values_of_more_tokens_than_coalitions_are_the_least_of_all_that_fit(
    samples: int, tokens: int
) -> None:
    """By Lagrange's conditions, solved whole by numpy: the gradient is the same for every token.

    Of many solutions, A⁺b + A⁺1 c; so both formulas have to agree with numpy's pseudo-inverse.
    """
    rng = np.random.default_rng(0)
    stays = (rng.random((samples, tokens)) < 0.5).astype(float)
    gained, difference = rng.normal(size=samples), 1.5
    weights = rng.random(samples) + 0.5
    inverse = np.linalg.pinv(stays.T @ np.diag(weights) @ stays, rcond=1e-10, hermitian=True)
    free = inverse @ stays.T @ (weights * gained)
    along = inverse.sum(axis=1)
    expected = free + along * (difference - free.sum()) / along.sum()
    given = (torch.from_numpy(v)[None] for v in (stays, gained))
    z, y = given
    found = _solve(z, torch.from_numpy(weights), y, torch.tensor([difference], dtype=torch.float64))
    np.testing.assert_allclose(found[0], expected, rtol=1e-7, atol=1e-9)
    assert float(found.sum()) == pytest.approx(difference)


def test_what_takes_hours_is_said_with_the_text_and_the_passes() -> None:
    """Occlusion reads a text once a token: 100,000 tokens are read 100,002 times."""
    long, short = instance("soup " * 100_000), instance("good soup")
    (said,) = laborious([Gradient(), Occlusion(), Lime()], [short, long])
    assert said.startswith(f"explainer occlusion reads instance {long.id} 100,002 times")
    assert "100,000 tokens" in said and "interrupted, what is done is kept" in said
    assert laborious([Occlusion()], [short]) == laborious([Occlusion()], []) == []
    assert MUCH > 201 * 100_000  # LIME's 200 samples are minutes


@pytest.mark.parametrize(
    "take", [lambda: torch.empty(2**60, dtype=torch.uint8), lambda: np.empty(2**60, np.uint8)]
)
def test_memory_that_is_refused_is_said(take: Callable[[], object]) -> None:
    """torch's own report, and numpy's."""
    batch = collate(small_model([TWO_WORDS]).encode([TWO_WORDS]))
    said = f"memory for lime on 1 instance of 2 units each, {TWO_WORDS.id} .* or take less$"
    with pytest.raises(KonkyoError, match=said), enough_memory("for lime", batch, "take less"):
        take()


def test_other_faults_pass_as_they_are() -> None:
    batch = collate(small_model([TWO_WORDS]).encode([TWO_WORDS]))
    with pytest.raises(RuntimeError, match="shapes cannot"), enough_memory("for lime", batch, ""):
        torch.ones(2, 3) @ torch.ones(2, 3)


class Greedy(Summed):
    """A model whose pass takes more memory than there is."""

    def forward(self, batch: Batch, *, embeddings: Tensor | None = None) -> Output:
        torch.empty(2**60, dtype=torch.uint8)
        return super().forward(batch, embeddings=embeddings)


class Faulty(Summed):
    """A model whose pass fails for another reason."""

    def forward(self, batch: Batch, *, embeddings: Tensor | None = None) -> Output:
        raise RuntimeError("shapes cannot be multiplied")


def of_module(made: type[Summed]) -> TrainedModel:
    model = summed([TWO_WORDS])
    return replace(model, module=made(len(model.vocabulary), nn.Identity()))  # type: ignore[arg-type]


def test_memory_refused_to_the_shared_pass_is_said_and_names_a_text() -> None:
    """`random` itself asks for nothing: it is the pass before it that has no room."""
    said = (
        f"not enough memory for a pass of the model on 1 instance of 2 units each, {TWO_WORDS.id}"
    )
    with pytest.raises(KonkyoError, match=rf"{said} .*; lower \[explain\] token_budget"):
        list(explain(of_module(Greedy), [TWO_WORDS], ["random"]))


def test_memory_refused_to_an_explainer_that_learns_names_the_longest_text() -> None:
    """token_budget is not the advice: what is learned does not depend on it."""
    short = instance("soup")
    said = (
        "not enough memory for explainer learned_mask to learn from 2 instances, the longest of "
        f"which, {TWO_WORDS.id}, has 2 tokens; leave the explainer out, or what is longest"
    )
    with pytest.raises(KonkyoError, match=said):
        explain(of_module(Greedy), [short, TWO_WORDS], ["learned_mask"])


def test_memory_refused_to_an_explainer_that_keeps_what_it_learns_leaves_no_file(
    tmp_path: Path,
) -> None:
    said = "not enough memory for explainer inference_arguments to learn from 1 instance, "
    with pytest.raises(KonkyoError, match=said):
        learned_of(tmp_path, of_module(Greedy), [InferenceArguments()], [TWO_WORDS], 0)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["random", "learned_mask"])
def test_other_faults_of_a_model_are_not_taken_for_want_of_memory(name: str) -> None:
    with pytest.raises(RuntimeError, match="shapes cannot"):
        list(explain(of_module(Faulty), [TWO_WORDS], [name]))
