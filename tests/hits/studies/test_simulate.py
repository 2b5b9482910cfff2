"""The `simulate` study: what is asked in which phase, and when the model's answer is shown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from db.errors import ConfigError
from hits.answers import AnswerError
from hits.studies.base import Asked, Material
from hits.studies.panels import StudyError
from hits.studies.simulate import Simulate
from tests.conformance.cases import Case

STUDY = Simulate()
SETTINGS = STUDY.check_settings({})
ANSWER = {"id": "i1", "position": 0, "ms": 5}


@pytest.mark.parametrize("phase", ["before", "after"])
def test_predictions_are_asked_before_and_after(phase: str) -> None:
    asked = Asked("i1", "text", 3, phase=phase)
    said = {**ANSWER, "prediction": "negative"}
    assert STUDY.read(said, asked, SETTINGS) == {"prediction": "negative"}
    with pytest.raises(AnswerError, match="'prediction' is missing"):
        STUDY.read(ANSWER, asked, SETTINGS)


def test_nothing_is_asked_while_learning() -> None:
    asked = Asked("i1", "text", 3, phase="learn")
    assert STUDY.read(ANSWER, asked, SETTINGS) == {}
    with pytest.raises(AnswerError, match="nobody asked for the field 'prediction'"):
        STUDY.read({**ANSWER, "prediction": "negative"}, asked, SETTINGS)


def test_confidence_is_asked_in_the_same_phases() -> None:
    settings = STUDY.check_settings({"confidence": True})
    assert [q.phases for q in STUDY.questions(settings)] == [("before", "after")] * 2
    assert STUDY.read(ANSWER, Asked("i1", phase="learn"), settings) == {}


@pytest.mark.parametrize("value", ["unsure", "Negative", 1, None, ["negative"]])
def test_only_a_label_can_be_read(value: Any) -> None:
    with pytest.raises(AnswerError, match="'prediction' is .*, not one of"):
        STUDY.read({**ANSWER, "prediction": value}, Asked("i1", phase="after"), SETTINGS)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"before": 0}, "'before' takes a whole number from 1 to 16, not 0"),
        ({"learn": 17}, "'learn' takes a whole number from 1 to 16, not 17"),
        ({"after": "3"}, "'after' takes a whole number"),
        ({"form": "other"}, "'form' takes one of other items, counterfactual"),
        ({"control": None}, "'control' takes true or false"),
    ],
)
def test_a_wrong_setting_is_named(settings: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        STUDY.check_settings(settings)
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("phase", "label"), [("before", None), ("learn", "positive"), ("after", None)]
)
def test_the_answer_stands_beside_what_is_learned_from_alone(phase: str, label: Any) -> None:
    case = Case("simulate", "text")
    item, material = case.stored("i1", "cold soup", "learn")
    (panel,) = STUDY.compose(replace(item, phase=phase), material, SETTINGS).panels
    assert panel.label == label
    assert (panel.scores is None) == (phase != "learn")


def test_the_control_learns_from_the_answer_without_a_rationale() -> None:
    item, material = Case("simulate", "text").stored("i1", "cold soup", "learn")
    (panel,) = STUDY.compose(item, Material(material.instance), SETTINGS).panels
    assert (panel.label, panel.scores) == ("negative", None)


def test_an_item_of_no_phase_is_refused() -> None:
    item, material = Case("simulate", "text").stored("i1", "cold soup")
    with pytest.raises(StudyError, match="item 'i1' is in no phase"):
        STUDY.compose(item, material, SETTINGS)
