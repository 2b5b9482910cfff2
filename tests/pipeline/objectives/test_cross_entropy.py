"""Cross-entropy of labels and of class probabilities, beside torch's own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.stats import entropy

from db.errors import DataError
from pipeline.models.base import Output
from pipeline.models.batches import Batch, collate, encode
from pipeline.objectives.cross_entropy import CrossEntropy
from tests.pipeline.models.support import small_model
from tests.support.data import instance

TEXTS = [
    instance("good soup", "class 0"),
    instance("bad bread today", "class 2"),
    instance("we ate", "class 1"),
]
GOALS = np.array([[0.2, 0.3, 0.5], [1, 0, 0], [0.5, 0.5, 0]], dtype=np.float32)


def prepared(goals: np.ndarray | None) -> tuple[Output, Batch, object]:
    model = small_model(TEXTS, double=True)
    rows = encode(TEXTS, model.vocabulary, model.labels)
    if goals is not None:
        rows = [replace(row, label=-1, goal=goal) for row, goal in zip(rows, goals, strict=True)]
    batch = collate(rows)
    return model.module(batch), batch, model.module


def test_class_probabilities_give_what_torch_gives_and_the_same_gradient() -> None:
    output, batch, model = prepared(GOALS)
    ours = CrossEntropy().term(output, batch, model).value  # type: ignore[arg-type]
    theirs = torch.nn.functional.cross_entropy(output.logits, torch.from_numpy(GOALS).double())
    assert ours.item() == pytest.approx(theirs.item(), abs=1e-12)
    (one,) = torch.autograd.grad(ours, output.logits, retain_graph=True)
    (two,) = torch.autograd.grad(theirs, output.logits)
    torch.testing.assert_close(one, two)


def test_all_on_one_class_is_that_label() -> None:
    places = [0, 2, 1]
    soft = prepared(np.eye(3, dtype=np.float32)[places])
    hard = prepared(None)
    assert hard[1].goals is None and hard[1].labels.tolist() == places
    values = [CrossEntropy().term(*one).value.item() for one in (soft, hard)]  # type: ignore[arg-type]
    assert values[0] == pytest.approx(values[1], abs=1e-12)


def test_it_is_least_where_the_model_says_what_people_say() -> None:
    output, batch, model = prepared(GOALS)
    least = float(np.mean([entropy(row) for row in GOALS]))
    exact = replace(output, logits=torch.from_numpy(GOALS).double().clamp_min(1e-300).log())
    found = CrossEntropy().term(exact, batch, model).value.item()  # type: ignore[arg-type]
    assert found == pytest.approx(least, abs=1e-6)
    assert CrossEntropy().term(output, batch, model).value.item() > least  # type: ignore[arg-type]


def test_goals_follow_their_rows_and_a_batch_with_half_of_them_is_refused() -> None:
    _, batch, _ = prepared(GOALS)
    taken = batch.take(torch.tensor([2, 0]))
    assert taken.goals is not None
    np.testing.assert_array_equal(taken.goals.numpy(), GOALS[[2, 0]])
    rows = encode(TEXTS, small_model(TEXTS).vocabulary)
    with pytest.raises(DataError, match="2 of 3 rows have no class probabilities"):
        collate([replace(rows[0], goal=GOALS[0]), *rows[1:]])
