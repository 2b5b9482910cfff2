"""Objectives made of gradients, on models whose gradients can be said by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy, pearsonr

from db.errors import UsageError
from pipeline.models.batches import Batch, HumanTarget, collate, encode
from pipeline.models.trained import TrainedModel
from pipeline.objectives.association import Association, gradient_map
from pipeline.objectives.right_reasons import RightReasons
from pipeline.objectives.saliency_learning import SaliencyLearning
from tests.pipeline.explainers.linear import summed
from tests.pipeline.models.support import small_model
from tests.support.data import instance

TEXTS = [instance("good soup here", "a"), instance("bad bread again", "c")]
MARKS = [np.array([1, 0, 1], np.float32), np.array([0, 0.4, 0.6], np.float32)]


def linear() -> tuple[TrainedModel, Batch]:
    """logits = O Σ e_t + b: the derivative by every token is the same row of O."""
    model = summed(TEXTS)
    human = {one.id: HumanTarget(marks) for one, marks in zip(TEXTS, MARKS, strict=True)}
    return model, collate(encode(TEXTS, model.vocabulary, model.labels, human))


def slopes(model: TrainedModel, batch: Batch) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Embeddings (B, T, D), O (C, D) and probabilities (B, C), as numpy."""
    output = model.module(batch)
    embeddings = output.embeddings.detach().numpy()
    weights = model.module.output.weight.detach().numpy()
    return embeddings, weights, output.logits.softmax(-1).detach().numpy()


def test_saliency_is_that_of_the_formula() -> None:
    model, batch = linear()
    embeddings, weights, probabilities = slopes(model, batch)
    for target in ("log_probability", "logit"):
        found = SaliencyLearning(target=target).term(model.module(batch), batch, model.module)
        total, right, count = 0.0, 0, 0
        for row, gold in enumerate((0, 2)):
            slope = weights[gold] - (target != "logit") * probabilities[row] @ weights
            for t in np.flatnonzero(MARKS[row] >= 0.5):
                s = embeddings[row, t] @ slope
                total, right, count = total + max(0, -s), right + (s > 0), count + 1
        assert float(found.value) == pytest.approx(total / 2)
        assert found.log["saliency_accuracy"] == right / count


def test_a_part_common_to_all_logits_moves_the_logit_alone() -> None:
    model, batch = linear()
    with torch.no_grad():
        model.module.output.weight += 3.0 * torch.ones_like(model.module.output.weight)
    by_target = {}
    for target in ("log_probability", "logit"):
        output = model.module(batch)
        by_target[target] = SaliencyLearning(target=target).saliency(output, batch).detach()
    plain, batch = linear()
    for target, moved in by_target.items():
        before = SaliencyLearning(target=target).saliency(plain.module(batch), batch).detach()
        assert torch.allclose(before, moved) == (target == "log_probability")


def test_right_reasons_is_that_of_the_formula() -> None:
    model, batch = linear()
    _, weights, probabilities = slopes(model, batch)
    found = RightReasons().term(model.module(batch), batch, model.module).value
    expected = 0.0
    for row in range(2):
        slope = weights.sum(0) - 3 * probabilities[row] @ weights
        expected += (slope**2).sum() * (MARKS[row] < 0.5).sum()
    assert float(found) == pytest.approx(expected / 2)


def test_everything_marked_leaves_nothing_to_punish() -> None:
    model, _ = linear()
    human = {one.id: HumanTarget(np.ones(3, np.float32)) for one in TEXTS}
    batch = collate(encode(TEXTS, model.vocabulary, model.labels, human))
    assert float(RightReasons().term(model.module(batch), batch, model.module).value) == 0


def test_the_map_of_gradients_is_that_of_the_formula() -> None:
    model, batch = linear()
    embeddings, weights, probabilities = slopes(model, batch)
    found = gradient_map(model.module(batch)).detach().numpy()
    for row in range(2):
        p = probabilities[row]
        jacobian = (np.diag(p) - np.outer(p, p)) @ weights
        g = np.abs(embeddings[row] @ jacobian.T).sum(-1)
        np.testing.assert_allclose(found[row], g / g.sum(), atol=1e-12)


@pytest.mark.parametrize("distance", ["js", "symmetric_kl", "pearson"])
def test_distances_are_those_of_scipy(distance: str) -> None:
    texts = [*TEXTS, instance("it was warm and it was good", "b")]
    model = small_model(texts, double=True)
    batch = collate(encode(texts, model.vocabulary, model.labels))
    output = model.module(batch)
    found = Association(distance=distance).term(output, batch, model.module)
    goal = gradient_map(output).detach().numpy()
    rows, spread = [], []
    for row, text in enumerate(texts):
        n = len(text.tokens)
        alpha, g = output.attention[row, :n].detach().numpy(), goal[row, :n]
        rows.append(
            {
                "js": jensenshannon(alpha, g) ** 2,
                "symmetric_kl": (entropy(alpha, g) + entropy(g, alpha)) / 2,
                "pearson": 1 - pearsonr(alpha, g).statistic,
            }[distance]
        )
        spread.append(entropy(alpha) / np.log(n))
    assert float(found.value) == pytest.approx(np.mean(rows), abs=1e-9)
    assert found.log["entropy"] == pytest.approx(np.mean(spread))


def test_attention_that_is_the_gradient_map_has_distance_0_and_one_token_none() -> None:
    texts = [instance("warm"), instance("soup")]
    model = small_model(texts, double=True)
    batch = collate(encode(texts, model.vocabulary, model.labels))
    found = Association().term(model.module(batch), batch, model.module)
    assert float(found.value) == 0 and found.log["entropy"] == 0


def test_descending_brings_attention_and_gradients_together() -> None:
    texts = [instance("the soup was good and warm", "a"), instance("bread was late again", "b")]
    model = small_model(texts, double=True)
    batch = collate(encode(texts, model.vocabulary, model.labels))
    optimiser = torch.optim.Adam(model.module.parameters(), 0.01)
    values = []
    for _ in range(25):
        term = Association().term(model.module(batch), batch, model.module).value
        optimiser.zero_grad()
        term.backward()
        optimiser.step()
        values.append(float(term.detach()))
    assert values[-1] < 0.5 * values[0]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: SaliencyLearning(target="loss"), "targets log_probability and logit"),
        (lambda: SaliencyLearning(threshold=0.0), "threshold lies above 0"),
        (lambda: RightReasons(threshold=1.5), "threshold lies above 0"),
        (lambda: Association(distance="cosine"), "distances js, symmetric_kl, pearson"),
    ],
)
def test_options_that_mean_nothing_are_refused(made, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        made()


@pytest.mark.parametrize("kind", [SaliencyLearning, RightReasons])
def test_a_row_counts_by_the_certainty_of_its_marks(kind: type) -> None:
    model = summed(TEXTS)
    sure = (np.full(3, 0.8, np.float32), np.array([0.1, 0.2, 0.3], np.float32))
    human = {
        one.id: HumanTarget(marks, certainty)
        for one, marks, certainty in zip(TEXTS, MARKS, sure, strict=True)
    }

    def term(texts: list, **options: bool) -> float:
        batch = collate(encode(texts, model.vocabulary, model.labels, human))
        return float(kind(**options).term(model.module(batch), batch, model.module).value)

    first, second = term(TEXTS[:1]), term(TEXTS[1:])
    assert term(TEXTS, certainty=True) == pytest.approx((0.8 * first + 0.2 * second) / 2, rel=1e-5)
