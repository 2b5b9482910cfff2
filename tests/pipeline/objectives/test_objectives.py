"""What holds for every objective in the table."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from db.errors import UsageError
from pipeline.models.batches import Batch, HumanTarget, collate, encode
from pipeline.models.trained import TrainedModel
from pipeline.objectives import OBJECTIVES
from pipeline.objectives.base import Objective, Weighted, describe
from tests.pipeline.models.support import pair, small_model
from tests.support.data import instance

TEXTS = [
    instance("good soup", "class 0"),
    instance("the bread was not warm", "class 2"),
    instance("bad", "class 1"),
    instance("we came again and again", "class 0"),
]
PAIRS = [
    pair("a man sleeps", "he is awake", "class 1"),
    pair("two dogs", "cats", "class 0"),
    pair("rain all day", "no sun", "class 2"),
]
NAMES = sorted(OBJECTIVES)
PERTURBING = [name for name in NAMES if hasattr(OBJECTIVES.load(name), "perturbation")]
"""Their r is held fixed, so that their derivative is not that of all they compute: see
`test_perturbing`."""
DRAWING = {"attention_rp", "attention_vat", "attention_ivat", "word_vat"}
OF_THE_BATCH = {"attention_iat_batch"}
"""What a row learns depends on the rows beside it."""


def prepared(instances: list) -> tuple[TrainedModel, Batch]:
    """A random model in float64, and a batch of which all but the last row is annotated."""
    model = small_model(instances, double=True)
    random = np.random.default_rng(0)
    human = {
        one.id: HumanTarget(random.integers(0, 2, one.n_tokens).astype(np.float32))
        for one in instances[:-1]
    }
    return model, collate(encode(instances, model.vocabulary, model.labels, human))


@pytest.fixture(params=NAMES)
def objective(request: pytest.FixtureRequest) -> Objective:
    loaded: Objective = OBJECTIVES.load(request.param)()
    return loaded


def test_it_goes_by_its_name_in_the_table(objective: Objective) -> None:
    assert objective == OBJECTIVES.load(objective.name)()


@pytest.mark.parametrize("name", [n for n in NAMES if n not in PERTURBING])
@pytest.mark.parametrize("instances", [TEXTS, PAIRS], ids=["texts", "pairs"])
def test_its_gradient_is_that_of_finite_differences(name: str, instances: list) -> None:
    objective: Objective = OBJECTIVES.load(name)()
    model, batch = prepared(instances)
    weights = list(model.module.parameters())

    def value() -> torch.Tensor:
        return objective.term(model.module(batch), batch, model.module).value

    gradients = torch.autograd.grad(value(), weights, allow_unused=True)
    for seed in range(3):
        generator = torch.Generator().manual_seed(seed)
        way = [torch.randn(w.shape, generator=generator, dtype=w.dtype) for w in weights]
        way[0][0] = 0  # the padding vector stays 0
        slope = sum((g * d).sum() for g, d in zip(gradients, way, strict=True) if g is not None)
        ends = []
        for step in (1e-5, -2e-5):
            with torch.no_grad():
                for weight, direction in zip(weights, way, strict=True):
                    weight += step * direction
            ends.append(value().item())
        with torch.no_grad():
            for weight, direction in zip(weights, way, strict=True):
                weight += 1e-5 * direction
        assert float(slope) == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("instances", [TEXTS, PAIRS], ids=["texts", "pairs"])
def test_padding_gets_a_gradient_of_exactly_0(objective: Objective, instances: list) -> None:
    model, batch = prepared(instances)
    embeddings = model.module.embed(batch).detach().requires_grad_()
    output = model.module(batch, embeddings=embeddings)
    objective.term(output, batch, model.module).value.backward()
    padding = torch.arange(batch.ids.shape[1]) >= (batch.first + batch.second)[:, None]
    assert padding.any()
    assert (embeddings.grad[padding] == 0).all()


@pytest.mark.parametrize("name", [n for n in NAMES if OBJECTIVES.load(n).needs_human])
def test_a_row_that_was_not_annotated_adds_nothing(name: str) -> None:
    objective: Objective = OBJECTIVES.load(name)()
    model, batch = prepared(TEXTS)
    embeddings = model.module.embed(batch).detach().requires_grad_()
    output = model.module(batch, embeddings=embeddings)
    objective.term(output, batch, model.module).value.backward()
    assert (embeddings.grad[~batch.annotated] == 0).all()
    assert (embeddings.grad[batch.annotated] != 0).any()


@pytest.mark.parametrize("name", [n for n in NAMES if n not in DRAWING | OF_THE_BATCH])
def test_it_is_a_mean_over_the_rows(name: str) -> None:
    objective: Objective = OBJECTIVES.load(name)()
    model, batch = prepared(TEXTS)
    doubled = batch.take(torch.arange(len(batch)).repeat(2))
    one, two = (objective.term(model.module(b), b, model.module).value for b in (batch, doubled))
    torch.testing.assert_close(one, two)


def test_a_weight_must_be_above_0_and_the_task_has_none() -> None:
    for weight in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(UsageError, match="must be above 0"):
            Weighted("attention_supervision", weight)
    with pytest.raises(UsageError, match="always part of the loss"):
        Weighted("cross_entropy", 1.0)


def test_unknown_names_and_options_are_refused() -> None:
    with pytest.raises(UsageError, match="did you mean 'attention_supervision'"):
        Weighted("attention_supervison", 1.0).load()
    with pytest.raises(UsageError, match="attention_supervision: .*'sharp'"):
        Weighted("attention_supervision", 1.0, {"sharp": 3}).load()


def test_objectives_are_described_in_one_line() -> None:
    terms = [Weighted("attention_supervision", 0.2)]
    assert describe(terms) == "cross_entropy + 0.2 attention_supervision"
    assert describe([]) == "cross_entropy"
