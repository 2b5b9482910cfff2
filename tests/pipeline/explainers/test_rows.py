"""Every explainer on feature rows: the promises of the table, and what holds for an MLP alone."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from math import factorial

import captum.attr
import numpy as np
import pytest
import torch

from db.errors import UsageError
from db.records import Instance, Rationale
from pipeline.explainers import EXPLAINERS
from pipeline.explainers.batching import ExplainSettings, explain
from pipeline.models.batches import collate
from pipeline.models.predict import predict
from pipeline.models.settings import Settings
from pipeline.models.trained import TrainedModel, frozen
from pipeline.models.training import fit
from tests.support.tables import rows

FEW = {"lime": {"samples": 60}, "kernel_shap": {"samples": 60}, "gradient_shap": {"samples": 4}}
FEW |= {"learned_mask": {"epochs": 1}}
FEW |= {"mutual_information": {"components": 1, "restarts": 1}}
SETTINGS = Settings(kind="mlp", hidden_dim=16, learning_rate=3e-3, epochs=15, device="cpu")
OFFERS = frozenset({"features of rows", "a summary"})
NAMES = [n for n in EXPLAINERS if getattr(EXPLAINERS.load(n), "needs", frozenset()) <= OFFERS]
SOME = list(rows("iris")[::15])


@cache
def model() -> TrainedModel:
    return fit(rows("iris"), settings=SETTINGS, seed=1).model


def explained(instances: list[Instance], name: str, **given) -> list[Rationale]:
    given.setdefault("settings", ExplainSettings(options=FEW))
    found = [one for chunk in explain(model(), instances, [name], **given) for one in chunk]
    return sorted(found, key=lambda one: [i.id for i in instances].index(one.instance_id))


def logits(inputs: torch.Tensor) -> torch.Tensor:
    """The network as a function of (N, 4) standardised numbers."""
    with torch.no_grad():
        return model().module.output(model().module.hidden(inputs))


@pytest.mark.parametrize("name", NAMES)
def test_every_feature_gets_one_score(name: str) -> None:
    for one in explained(SOME, name):
        assert (one.unit, one.shape, one.scores.shape) == ("feature", (), (4,))
        assert one.scores.dtype == np.float32 and np.isfinite(one.scores).all()


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_gives_what_each_row_alone_gives_and_a_seed_repeats_it(name: str) -> None:
    learn_from = list(rows("iris"))
    together = explained(SOME, name, seed=4, learn_from=learn_from)
    again = explained(SOME, name, seed=4, learn_from=learn_from)
    for one, same in zip(together, again, strict=True):
        assert (one.scores == same.scores).all() and one.details == same.details
    for one, instance in [*zip(together, SOME, strict=True)][::4]:
        alone = explained([instance], name, seed=4, learn_from=learn_from)[0]
        np.testing.assert_allclose(one.scores, alone.scores, atol=1e-5)
        assert one.target == alone.target


@pytest.mark.parametrize("name", NAMES)
def test_the_predicted_class_is_recorded_unless_another_is_asked_for(name: str) -> None:
    predicted = [int(p.probabilities.argmax()) for p in predict(model(), SOME, "run")]
    assert len(set(predicted)) > 1
    found = explained(SOME, name)
    assert [one.target for one in found] == predicted
    targets = {SOME[0].id: (predicted[0] + 1) % 3}
    other = explained(SOME[:2], name, learn_from=SOME, targets=targets)
    assert [one.target for one in other] == [targets[SOME[0].id], predicted[1]]


@pytest.mark.parametrize("name", ["attention", "attention_x_gradient_norm"])
def test_what_needs_attention_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=f"explainer {name} needs attention, which a model of"):
        explained(SOME, name)


def test_the_rules_of_deeplift_hold_and_agree_with_captum() -> None:
    found = explained(SOME, "deeplift")
    values = collate(model().encode(SOME)).values.flatten(1)
    network = torch.nn.Sequential(model().module.hidden, model().module.output)
    targets = torch.tensor([one.target for one in found])
    expected = captum.attr.DeepLift(network).attribute(
        values.requires_grad_(), torch.zeros_like(values), target=targets
    )
    np.testing.assert_allclose([one.scores for one in found], expected.detach(), atol=1e-5)
    plain = explained(SOME, "gradient")
    assert np.abs([a.scores - b.scores for a, b in zip(found, plain, strict=True)]).max() > 0.01
    for one in found:
        assert abs(one.details["residual"]) < 1e-4


def test_integrated_gradients_are_complete() -> None:
    for one in explained(SOME, "integrated_gradients"):
        total = one.scores.sum()
        assert abs(total - one.details["difference"]) <= max(
            0.02 * abs(one.details["difference"]), 0.0051
        )


def test_kernel_shap_finds_the_shapley_values_of_four_features() -> None:
    options = {"kernel_shap": {"samples": 400}}
    found = explained(SOME, "kernel_shap", settings=ExplainSettings(options=options))
    values = collate(model().encode(SOME)).values.flatten(1)
    for one, row in zip(found, values, strict=True):
        np.testing.assert_allclose(one.scores, shapley(row, one.target), atol=1e-3)


def shapley(row: torch.Tensor, target: int) -> list[float]:
    """By the definition: the mean gain of a feature over all orders, absent ones at the mean."""

    def worth(present: tuple[int, ...]) -> float:
        kept = torch.zeros_like(row)
        kept[list(present)] = row[list(present)]
        return float(logits(kept[None])[0, target])

    n = len(row)
    found = []
    for feature in range(n):
        others = [f for f in range(n) if f != feature]
        total = 0.0
        for size in range(n):
            weight = factorial(size) * factorial(n - size - 1) / factorial(n)
            for before in combinations(others, size):
                total += weight * (worth((*before, feature)) - worth(before))
        found.append(total)
    return found


def test_ablation_puts_the_mean_in_place_of_a_feature() -> None:
    for one, instance in zip(explained(SOME, "feature_ablation"), SOME, strict=True):
        row = collate(model().encode([instance])).values.flatten(1)
        for feature in range(4):
            without = row.clone()
            without[:, feature] = 0
            drop = logits(row)[0, one.target] - logits(without)[0, one.target]
            assert one.scores[feature] == pytest.approx(float(drop), abs=1e-5)


def test_what_is_explained_are_the_frozen_weights() -> None:
    with frozen(model()) as module:
        assert not any(weight.requires_grad for weight in module.parameters())
