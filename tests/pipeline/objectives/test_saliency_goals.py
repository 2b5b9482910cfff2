"""Saliency learning where class probabilities are learned, by the derivative said by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from pipeline.models.batches import UNLABELLED
from pipeline.objectives.saliency_learning import SaliencyLearning
from tests.pipeline.objectives.test_of_gradients import linear, slopes

GOALS = np.array([[0.7, 0.2, 0.1], [0.0, 0.5, 0.5]])


@pytest.mark.parametrize("target", ["log_probability", "logit"])
def test_saliency_is_of_the_classes_as_far_as_they_are_learned(target: str) -> None:
    model, batch = linear()
    embeddings, weights, probabilities = slopes(model, batch)
    soft = replace(
        batch,
        goals=torch.tensor(GOALS, dtype=torch.float32),
        labels=torch.full_like(batch.labels, UNLABELLED),
    )
    found = SaliencyLearning(target=target).saliency(model.module(soft), soft)  # type: ignore[arg-type]
    for row, goal in enumerate(GOALS):
        # d Σ_c q_c log p_c / de = Σ_c q_c O_c − Σ_c p_c O_c; of logits the first part alone
        slope = goal @ weights - (target != "logit") * probabilities[row] @ weights
        np.testing.assert_allclose(found[row].detach().numpy(), embeddings[row] @ slope, atol=1e-5)


def test_probabilities_that_are_all_on_one_class_are_its_label() -> None:
    model, batch = linear()
    one_hot = torch.nn.functional.one_hot(batch.labels, len(model.labels)).float()
    soft = replace(batch, goals=one_hot, labels=torch.full_like(batch.labels, UNLABELLED))
    plain = SaliencyLearning().term(model.module(batch), batch, model.module)
    found = SaliencyLearning().term(model.module(soft), soft, model.module)
    assert float(found.value.detach()) == pytest.approx(float(plain.value.detach()))
    assert found.log == plain.log
