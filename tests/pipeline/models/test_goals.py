"""Learning what people said of labels: hard, soft, and scored on the labels given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from db.errors import DataError
from pipeline.models.batches import HumanTarget, encode
from pipeline.models.goals import LabelGoals
from pipeline.models.training import fit
from pipeline.models.vocabulary import Vocabulary
from tests.pipeline.models.support import QUICK
from tests.support.data import instance, reviews

TEXTS, _ = reviews(80)
TRAIN = [one.id for one in TEXTS if one.split == "train"]
CLASS = {"negative": 0, "positive": 1}
RIGHT = {one.id: np.eye(2, dtype=np.float32)[CLASS[one.label or ""]] for one in TEXTS}


def test_goals_that_are_the_labels_given_train_the_same_model() -> None:
    settings = replace(QUICK, epochs=1)
    plain = fit(TEXTS, settings=settings, seed=1)
    hard = fit(TEXTS, settings=settings, seed=1, goals=LabelGoals(RIGHT, soft=False))
    assert hard.history == plain.history
    soft = fit(TEXTS, settings=settings, seed=1, goals=LabelGoals(RIGHT, soft=True))
    losses = [[epoch.loss for epoch in one.history] for one in (soft, plain)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


@pytest.mark.parametrize("soft", [False, True])
def test_what_people_say_is_learned_and_the_labels_given_are_scored(soft: bool) -> None:
    """People call everything its contrary: so does the model, and every part scores it so."""
    contrary = {name: goal[::-1].copy() for name, goal in RIGHT.items()}
    found = fit(TEXTS, settings=replace(QUICK, patience=15), goals=LabelGoals(contrary, soft=soft))
    # The best epoch is chosen by validation, on the labels given, which never gets good.
    assert found.history[-1].loss < 0.2
    assert found.history[-1].validation.auc < 0.2


def test_goals_outside_the_training_part_are_never_looked_at() -> None:
    settings = replace(QUICK, epochs=1)
    inside = {name: RIGHT[name] for name in TRAIN}
    wrong = {name: goal[::-1].copy() for name, goal in RIGHT.items()} | inside
    one, two = (fit(TEXTS, settings=settings, goals=LabelGoals(g, True)) for g in (inside, wrong))
    assert one.history == two.history


def test_training_instances_without_a_goal_are_left_out() -> None:
    few = {name: RIGHT[name] for name in TRAIN[:20]}
    settings = replace(QUICK, epochs=1)
    found = fit(TEXTS, settings=settings, goals=LabelGoals(few, soft=False))
    assert found.split.train == tuple(TRAIN)
    kept = [one for one in TEXTS if one.split != "train" or one.id in few]
    # The same as if they were not there.
    assert found.history == fit(kept, settings=settings).history


def test_soft_goals_keep_the_model_from_being_surer_than_people() -> None:
    even = {name: 0.5 + 0.2 * (goal - 0.5) for name, goal in RIGHT.items()}  # .6 and .4
    found = fit(TEXTS, settings=QUICK, goals=LabelGoals(even, soft=True))
    # Cross-entropy cannot fall below the entropy of (.6, .4), which is .673 nats.
    assert all(epoch.loss >= 0.673 for epoch in found.history)
    assert found.metrics["test_accuracy"] > 0.8


def test_goals_that_teach_nothing_or_do_not_fit_are_refused() -> None:
    one_class = {name: np.array([1, 0], np.float32) for name in TRAIN}
    for goals, message in (
        (one_class, "name 1 of the labels"),
        ({}, "on 0 training instances name 0"),
        ({name: np.ones(3, np.float32) / 3 for name in TRAIN}, r"shape \(3,\).*2 classes"),
    ):
        with pytest.raises(DataError, match=message):
            fit(TEXTS, settings=QUICK, goals=LabelGoals(goals, soft=True))


def test_certainty_of_a_row_is_that_of_the_text_attention_may_go_to() -> None:
    asked, other = instance("a b c"), instance("d")
    marks, sure = np.ones(3, np.float32), np.array([0.2, 0.4, 0.6], np.float32)
    human = {asked.id: HumanTarget(marks, sure), other.id: HumanTarget(marks[:1])}
    rows = encode([asked, other], Vocabulary(("a",)), human=human)
    assert [row.certainty for row in rows] == pytest.approx([0.4, 1.0])
    with pytest.raises(DataError, match=r"certainty of instance .* has shape \(2,\)"):
        encode([asked], Vocabulary(("a",)), human={asked.id: HumanTarget(marks, sure[:2])})
