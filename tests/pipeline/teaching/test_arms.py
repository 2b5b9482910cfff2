"""Which ways of training an experiment compares, and what they are called."""

from __future__ import annotations

import pytest

from db.errors import UsageError
from pipeline.config import TeachSettings
from pipeline.teaching.arms import (
    baseline,
    candidates,
    check_names,
    controls,
    loss_of,
    parts,
    rows,
    taught,
)


def settings(*terms: dict) -> TeachSettings:
    return TeachSettings.model_validate({"objective": terms})


def test_a_weight_that_is_named_twice_is_tried_once() -> None:
    same, two = (
        rows(settings({"name": "center", "weight": weights}), None, False)[0]
        for weights in ([0.2, 0.2], [0.2, 0.2, 1])
    )
    assert candidates(same) == []
    assert [arm.name for arm in candidates(two)] == ["center, λ = 0.2", "center, λ = 1"]


def test_weights_and_fractions_that_are_nearly_equal_have_names_of_their_own() -> None:
    (row,) = rows(
        settings({"name": "saliency_learning", "weight": [0.12345678, 0.12345679]}), None, False
    )
    tried = candidates(row)
    some = parts([taught(row, row.choices[0])], [0.33334, 0.33333, 0.33333, 1.0])
    check_names([*tried, *some])
    assert [arm.fraction for arm in some] == [0.33333, 0.33334]
    assert some[0].name == "saliency_learning, 0.33333 of the rationales"


def test_a_control_that_is_named_twice_is_trained_once() -> None:
    (row,) = rows(TeachSettings(), None, False)
    arm = taught(row, row.choices[0])
    assert [one.name for one in controls([arm], ["random", "shuffled", "random"])] == [
        "random",
        "shuffled",
    ]
    assert controls([arm], []) == []


def test_a_row_may_not_be_named_as_the_control_of_another() -> None:
    found = rows(
        settings(
            {"name": "attention_supervision"},
            {"name": "saliency_learning"},
            {"name": "attention_at", "row": "attention_supervision, random"},
        ),
        None,
        False,
    )
    arms = [taught(row, row.choices[0]) for row in found]
    with pytest.raises(UsageError, match=r"'attention_supervision, random'; give the row another"):
        check_names([baseline(), *arms, *controls(arms, ["random"])])


def test_two_rows_of_one_objective_differ_by_their_options_in_words_too() -> None:
    soft, sharp = rows(
        settings(
            {"name": "attention_supervision", "row": "soft", "options": {"sharpness": 1}},
            {"name": "attention_supervision", "row": "sharp", "schedule": "rise", "over": 3},
        ),
        None,
        True,
    )
    assert [loss_of(taught(row, row.choices[0])) for row in (soft, sharp)] == [
        "cross_entropy + 0.2 attention_supervision (certainty = true, sharpness = 1)",
        "cross_entropy + 0.2 attention_supervision (certainty = true, rise over 3)",
    ]
