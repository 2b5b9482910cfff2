"""Long texts: the same scores without matrices of tokens × tokens, warnings, and memory refused."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge

from db.errors import KonkyoError
from pipeline.explainers.effort import MUCH, enough_memory, laborious
from pipeline.explainers.gradient import Gradient
from pipeline.explainers.kernel_shap import _solve
from pipeline.explainers.lime import Lime, _ridge
from pipeline.explainers.occlusion import Occlusion
from pipeline.models.batches import collate
from tests.pipeline.models.support import small_model
from tests.support.data import instance


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


def test_memory_that_is_refused_is_said_and_other_faults_pass() -> None:
    batch = collate(small_model([instance("good soup")]).encode([instance("good soup")]))
    said = "not enough memory for explainer lime on 1 instance of 2"
    with pytest.raises(KonkyoError, match=said), enough_memory("lime", batch):
        torch.empty(2**60, dtype=torch.uint8)
    with pytest.raises(RuntimeError, match="shapes cannot"), enough_memory("lime", batch):
        torch.ones(2, 3) @ torch.ones(2, 3)
