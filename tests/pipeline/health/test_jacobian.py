"""Products of JJᵀ/N beside Jacobians written out, and beside a linear model's by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.func import functional_call, jacrev

from analysis.health.sharpness import largest_eigenvalue
from db.records import Instance
from pipeline.formats.instances import row_instance
from pipeline.health import jacobian
from pipeline.health.jacobian import Jacobian, parts, ready
from pipeline.models.batches import Row, collate
from pipeline.models.settings import Settings
from pipeline.models.trained import TrainedModel, build, encoding_of
from tests.pipeline.models.pretrained import corpus, started, write
from tests.pipeline.models.test_conformance import CASES, PAIRS, TEXTS, model_of
from tests.pipeline.models.test_residual_cnn import fresh

KINDS = [case for case in CASES if case[1] == "additive"]


def gram(model: TrainedModel, rows: list[Row]) -> np.ndarray:
    """JJᵀ/N, every gradient on its own: float64 (N·C, N·C)."""
    weights = [w for w in model.module.parameters() if w.requires_grad]
    lines = []
    for row in rows:
        for output in model.module(collate([row])).logits[0]:
            found = torch.autograd.grad(output, weights, retain_graph=True, allow_unused=True)
            flat = [
                torch.zeros_like(w) if g is None else g for w, g in zip(weights, found, strict=True)
            ]
            lines.append(torch.cat([one.flatten() for one in flat]).double())
    j = torch.stack(lines).numpy()
    return j @ j.T / len(rows)


def product(model: TrainedModel, rows: list[Row], token_budget: int = 8192) -> np.ndarray:
    """The same matrix, column by column, by our products."""
    with ready(model):
        made = Jacobian(model, rows, token_budget)
        return np.stack([made(column) for column in np.eye(made.size)], axis=1)


@pytest.mark.parametrize("case", KINDS, ids=lambda case: case[0].rpartition(".")[2])
@pytest.mark.parametrize("instances", [TEXTS, PAIRS], ids=["texts", "pairs"])
def test_every_kind_that_reads_words(case: tuple[str, str], instances: list[Instance]) -> None:
    model = model_of(case, instances)
    rows = model.encode(instances)
    expected = gram(model, rows)
    assert np.abs(expected).max() > 0.1
    np.testing.assert_allclose(product(model, rows), expected, rtol=1e-4, atol=1e-5)


def rows_model(n: int) -> tuple[TrainedModel, list[Row]]:
    random = np.random.default_rng(4)
    data = [row_instance({"a": float(a), "b": float(b)}, {}) for a, b in random.normal(size=(n, 2))]
    settings = Settings(kind="mlp", hidden_dim=6, device="cpu")
    encoding = encoding_of("mlp").learn(data, settings)
    with torch.random.fork_rng([]):
        torch.manual_seed(3)
        model = build(settings, encoding, ("x", "y", "z"), False)
    return model, model.encode(data)


def test_a_small_network_beside_jacrev() -> None:
    model, rows = rows_model(7)
    model.module.train(False)
    module = model.module
    assert isinstance(module, nn.Module)
    batch = collate(rows)
    made = jacrev(lambda weights: functional_call(module, weights, (batch,)).logits)(
        {name: weight.detach() for name, weight in module.named_parameters()}
    )
    j = torch.cat([one.flatten(2) for one in made.values()], dim=2).flatten(0, 1).double().numpy()
    expected = j @ j.T / 7
    np.testing.assert_allclose(product(model, rows), expected, rtol=1e-4, atol=1e-6)
    with ready(model):
        given = Jacobian(model, rows)
        found = largest_eigenvalue(given, given.size, seed=1)
    assert found.value == pytest.approx(np.linalg.eigvalsh(expected)[-1], rel=1e-4)


def test_a_linear_model_by_hand() -> None:
    """With hidden layers that pass 0 to the output, logits = b: J_n is I, and JJᵀ/N = 1 ⊗ I / N.

    Its largest eigenvalue is 1, whatever N: the bias moves every instance alike.
    """
    model, rows = rows_model(5)
    with torch.no_grad():
        for name, weight in model.module.named_parameters():  # type: ignore[attr-defined]
            if not name.startswith("output"):
                weight.fill_(0)
                weight.requires_grad_(False)
    expected = np.kron(np.ones((5, 5)), np.eye(3)) / 5
    np.testing.assert_allclose(product(model, rows), expected, atol=1e-7)


def test_in_parts_it_is_the_same_and_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_of(CASES[0], TEXTS)
    rows = model.encode(TEXTS)
    whole = product(model, rows)
    monkeypatch.setattr(jacobian, "KEPT", 0)
    with ready(model):
        made = Jacobian(model, rows, token_budget=4)
        assert made.kept is None and len(made.batches) == 2
        np.testing.assert_allclose(made(np.eye(9)[4]), whole[:, 4], rtol=1e-5, atol=1e-7)


def test_parts_hold_what_the_budget_lets_them_short_rows_first() -> None:
    model = model_of(CASES[0], TEXTS)
    rows = model.encode([*TEXTS, *TEXTS])
    found = parts(rows, 14)
    assert sorted(place for some in found for place in some) == list(range(6))
    sizes = [len(some) * max(len(rows[place].ids) for place in some) for some in found]
    assert all(size <= 14 for size in sizes) and len(found) == 2
    assert len(parts(rows, 1)) == 6


def test_the_model_is_as_before_and_dropout_is_off() -> None:
    model = model_of(CASES[0], TEXTS)
    model = replace(model, settings=replace(model.settings, dropout=0.5))
    model.module.train(True)
    with ready(model) as module:
        assert not module.training
    assert model.module.training


def test_a_transformer(tmp_path: Path) -> None:
    model = started(write(tmp_path / "bert", "bert"))
    rows = model.encode(corpus(3))
    expected = gram(model, rows)
    np.testing.assert_allclose(
        product(model, rows), expected, rtol=1e-3, atol=1e-4 * np.abs(expected).max()
    )


def test_pictures() -> None:
    model, shown = fresh(8, 4)
    rows = model.encode(shown)
    expected = gram(model, rows)
    np.testing.assert_allclose(product(model, rows), expected, rtol=1e-3, atol=1e-5)
