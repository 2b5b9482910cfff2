"""Objectives that perturb a pass: r is what the papers say, and the loss is differentiated past it."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from db.errors import UsageError
from db.records import Instance
from pipeline.models.base import Output
from pipeline.models.batches import Batch, collate, encode
from pipeline.models.trained import TrainedModel
from pipeline.objectives import OBJECTIVES
from pipeline.objectives.base import Objective
from pipeline.objectives.perturbing import (
    attended_again,
    divergence_from,
    of_length,
    read_again,
    spread_of,
    task_loss,
)
from tests.pipeline.models.support import pair, small_model
from tests.support.data import instance

TEXTS = [
    instance("the good warm soup", "class 0"),
    instance("bread was not warm", "class 2"),
    instance("we came again soon", "class 1"),
]
MIXED = [*TEXTS, instance("bad", "class 1"), instance("all of it was cold and late", "class 0")]
PAIRS = [
    pair("a man sleeps", "he is awake", "class 1"),
    pair("two dogs", "cats", "class 0"),
    pair("rain all day", "no sun", "class 2"),
]
OF_SCORES = [n for n in OBJECTIVES if n.startswith("attention_") and n != "attention_supervision"]
OF_WORDS = ["word_at", "word_iat", "word_vat"]
VIRTUAL = {"attention_vat", "attention_ivat", "word_vat"}
INPUTS = pytest.mark.parametrize("instances", [MIXED, PAIRS], ids=["texts", "pairs"])
BOTH = pytest.mark.parametrize("name", OF_SCORES + OF_WORDS)


def prepared(instances: list[Instance]) -> tuple[TrainedModel, Batch, Output]:
    model = small_model(instances, double=True)
    batch = collate(encode(instances, model.vocabulary, model.labels))
    return model, batch, model.module(batch)


def found(name: str, model: TrainedModel, batch: Batch, output: Output, **options) -> Tensor:
    torch.manual_seed(5)
    return OBJECTIVES.load(name)(**options).perturbation(output, batch, model.module)


def losses(name: str, model: TrainedModel, batch: Batch, output: Output, r: Tensor) -> Tensor:
    """(B,): the loss that r should raise, worked out past the objective's own term."""
    again = read_again if name in OF_WORDS else attended_again
    moved = again(output, batch, model.module, r)
    return (divergence_from(output) if name in VIRTUAL else task_loss(batch))(moved)


@BOTH
@INPUTS
def test_r_is_0_where_nothing_stands_and_holds_no_derivative(name: str, instances: list) -> None:
    model, batch, output = prepared(instances)
    r = found(name, model, batch, output)
    assert not r.requires_grad and r.isfinite().all()
    if name in OF_SCORES:
        assert (r[~output.attended] == 0).all()
    else:
        padding = torch.arange(batch.ids.shape[1]) >= (batch.first + batch.second)[:, None]
        assert (r[padding] == 0).all()
    assert (r != 0).any()


@pytest.mark.parametrize("name", ["attention_at", "attention_rp", "attention_vat"])
def test_r_has_the_length_asked_for_in_every_text(name: str) -> None:
    model, batch, output = prepared(MIXED)
    lengths = found(name, model, batch, output, epsilon=0.25).norm(dim=-1)
    one_token = torch.tensor([len(i.tokens) == 1 for i in MIXED])
    torch.testing.assert_close(lengths[~one_token], torch.full((4,), 0.25).double())
    expected = 0.25 if name == "attention_rp" else 0.0  # nothing can be gained by one token
    assert lengths[one_token].item() == pytest.approx(expected)


@pytest.mark.parametrize("name", sorted(set(OF_SCORES + OF_WORDS) - {"attention_rp"}))
@INPUTS
def test_a_small_r_raises_the_loss_of_every_row(name: str, instances: list) -> None:
    """METHODS: CE(ã + r) ≥ CE(ã) on random models; of the virtual ones, KL above 0."""
    for epsilon in (1e-3, 1e-2):
        model, batch, output = prepared(instances)
        r = found(name, model, batch, output, epsilon=epsilon)
        before = losses(name, model, batch, output, torch.zeros_like(r))
        after = losses(name, model, batch, output, r)
        assert (after >= before - 1e-12).all()
        assert (after > before).any()


def test_the_worst_direction_raises_the_loss_more_than_chance() -> None:
    model, batch, output = prepared(MIXED)
    worst, chance = (
        losses("attention_at", model, batch, output, found(name, model, batch, output, epsilon=0.1))
        for name in ("attention_at", "attention_rp")
    )
    assert worst.mean() > chance.mean()


def test_on_scores_that_all_differ_iat_is_at_rescaled() -> None:
    """METHODS: AT times √(T − 1); so it is no method of its own."""
    model, batch, output = prepared(TEXTS)
    assert all(len(set(row.tolist())) == 4 for row in output.scores)
    at = found("attention_at", model, batch, output, epsilon=0.3)
    iat = found("attention_iat", model, batch, output, epsilon=0.3)
    torch.testing.assert_close(iat, at * math.sqrt(3))


def test_iat_is_its_formula_written_out() -> None:
    model, batch, output = prepared(MIXED)
    r = found("attention_iat", model, batch, output, epsilon=0.7)
    for row, text in enumerate(MIXED):
        n = len(text.tokens)
        scores = output.scores[row, :n].detach()
        weights = torch.zeros(n, n, dtype=torch.float64, requires_grad=True)
        apart = scores[None, :] - scores[:, None]
        directions = torch.where(apart == 0, 0.0, apart / apart.abs().clamp(min=1e-300))
        offset = torch.zeros_like(output.scores)
        offset = offset.index_put(
            (torch.full((n,), row), torch.arange(n)), (weights * directions).sum(1)
        )
        loss = task_loss(batch)(model.module(batch, score_offset=offset))[row]
        (slope,) = torch.autograd.grad(loss, weights)
        w = 0.7 * slope / slope.norm() if slope.norm() > 0 else slope
        torch.testing.assert_close(r[row, :n], (w * directions).sum(1), atol=1e-10, rtol=1e-8)


def test_batch_directions_lead_to_the_other_texts_and_a_text_alone_is_not_moved() -> None:
    model, batch, output = prepared(TEXTS)
    r = found("attention_iat_batch", model, batch, output)
    for row in range(3):
        others = torch.stack([output.scores[k] - output.scores[row] for k in range(3) if k != row])
        outside = r[row] - torch.linalg.lstsq(others.T, r[row]).solution @ others
        assert outside.abs().max() < 1e-10
    alone_model, alone, alone_output = prepared(TEXTS[:1])
    assert (found("attention_iat_batch", alone_model, alone, alone_output) == 0).all()


def test_word_directions_are_written_out_too() -> None:
    model, batch, output = prepared(MIXED)
    r = found("word_iat", model, batch, output, epsilon=0.4)
    spread = spread_of(output, batch)
    own = (output.embeddings / spread).detach()
    embeddings = output.embeddings.detach().requires_grad_()
    loss = task_loss(batch)(model.module(batch, embeddings=embeddings)).sum()
    (slope,) = torch.autograd.grad(loss, embeddings)
    words = np.unique(
        np.concatenate([own[b, : len(t.tokens)].numpy() for b, t in enumerate(MIXED)]), axis=0
    )
    for row, text in enumerate(MIXED):
        n = len(text.tokens)
        apart = words[None] - own[row, :n, None].numpy()
        size = np.linalg.norm(apart, axis=-1, keepdims=True)
        directions = np.where(size > 1e-4, apart / np.maximum(size, 1e-300), 0)
        along = np.einsum("td,tkd->tk", (slope[row, :n] * spread).numpy(), directions)
        w = 0.4 * along / np.linalg.norm(along)
        expected = np.einsum("tk,tkd->td", w, directions) * spread.numpy()
        np.testing.assert_allclose(r[row, :n], expected, atol=1e-9)


def test_the_first_step_of_the_virtual_ones_is_needed() -> None:
    """At r = 0 the divergence is least, so that its derivative says nothing."""
    model, batch, output = prepared(MIXED)
    offset = torch.zeros_like(output.scores, requires_grad=True)
    moved = model.module(batch, score_offset=offset)
    (slope,) = torch.autograd.grad(divergence_from(output)(moved).sum(), offset)
    assert slope.abs().max() < 1e-12


@BOTH
@INPUTS
def test_the_gradient_is_that_of_finite_differences_with_r_held(name: str, instances: list) -> None:
    """p(ã) is held too, as METHODS wants of the virtual ones."""
    model, batch, output = prepared(instances)
    torch.manual_seed(5)
    objective: Objective = OBJECTIVES.load(name)(epsilon=0.5)
    r = objective.perturbation(output, batch, model.module)
    fixed = divergence_from(output)
    again = read_again if name in OF_WORDS else attended_again
    weights = list(model.module.parameters())
    term = objective.term_at(output, batch, model.module, r).value
    gradients = torch.autograd.grad(term, weights, allow_unused=True)

    def value() -> float:
        with torch.no_grad():
            moved = again(model.module(batch), batch, model.module, r)
            return float((fixed if name in VIRTUAL else task_loss(batch))(moved).mean())

    generator = torch.Generator().manual_seed(1)
    way = [torch.randn(w.shape, generator=generator, dtype=w.dtype) for w in weights]
    way[0][0] = 0  # the padding vector stays 0
    slope = sum((g * d).sum() for g, d in zip(gradients, way, strict=True) if g is not None)
    ends = []
    for step in (1e-5, -2e-5):
        with torch.no_grad():
            for weight, direction in zip(weights, way, strict=True):
                weight += step * direction
        ends.append(value())
    assert float(slope) == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-5, abs=1e-8)


def test_a_row_of_nothing_stays_nothing_and_tiny_rows_keep_their_direction() -> None:
    rows = torch.tensor([[0.0, 0.0], [3e-30, 4e-30], [3.0, 4.0]])
    torch.testing.assert_close(
        of_length(rows, 10.0), torch.tensor([[0.0, 0.0], [6.0, 8.0], [6.0, 8.0]])
    )


@BOTH
def test_a_length_that_is_none_is_refused(name: str) -> None:
    for value in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(UsageError, match=f"{name}: epsilon must be above 0"):
            OBJECTIVES.load(name)(epsilon=value)
