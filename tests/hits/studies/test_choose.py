"""The `choose` study: predictions, their examples, and both forms of the question."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from db.errors import ConfigError
from hits.answers import AnswerError
from hits.studies.base import Asked, Material
from hits.studies.choose import Choose
from hits.studies.panels import StudyError
from tests.conformance.cases import Case

STUDY = Choose()
AGREEMENT = STUDY.check_settings({"form": "agreement"})
TWO = Asked("i1", "text", 3, n_choices=2)
ANSWER = {"id": "i1", "position": 0, "ms": 5, "prediction": 1, "confidence": 4}


def test_predictions_come_first_and_their_examples_after_them() -> None:
    item, material = Case("choose", "text").stored("i1", "cold soup")
    shown = STUDY.compose(item, material, STUDY.check_settings({}))
    assert [panel.label for panel in shown.panels[:2]] == ["positive", "negative"]
    captions = [panel.caption for panel in shown.panels[2:]]
    assert captions == ["An example of: positive", "An example of: negative"]
    assert all(panel.scores is None and panel.label is None for panel in shown.panels[2:])
    assert [choice.panel for choice in shown.choices] == [0, 1]


def test_agreement_shows_one_prediction_and_offers_no_choice() -> None:
    item, material = Case("choose", "text", {"form": "agreement"}).stored("i1", "cold soup")
    one = Material(material.instance, material.rationales[:1], material.instances)
    shown = STUDY.compose(item, one, AGREEMENT)
    assert (len(shown.panels), shown.choices) == (2, ())


def test_one_prediction_is_no_choice_and_five_are_too_many() -> None:
    item, material = Case("choose", "text").stored("i1", "cold soup")
    for n in (1, 5):
        some = [material.rationales[0]] * n
        with pytest.raises(StudyError, match=f"{n} predictions to choose from, where 2 to 4"):
            STUDY.compose(item, replace(material, rationales=some), STUDY.check_settings({}))


def test_a_class_without_examples_is_refused() -> None:
    item, material = Case("choose", "text").stored("i1", "cold soup")
    item = replace(item, shown={"examples": {"positive": item.shown["examples"]["positive"]}})
    with pytest.raises(StudyError, match="class 'negative' has no examples"):
        STUDY.compose(item, material, STUDY.check_settings({}))


@pytest.mark.parametrize("value", [2, -1, True, "0", "positive", None, 0.0])
def test_only_a_place_can_be_read(value: Any) -> None:
    assert STUDY.read(ANSWER, TWO, {}) == {"prediction": 1, "confidence": 4}
    with pytest.raises(AnswerError, match="'prediction' is .*, none of its 2 choices"):
        STUDY.read({**ANSWER, "prediction": value}, TWO, {})


def test_similarity_is_a_point_of_four() -> None:
    said = {"id": "i1", "similarity": 4, "confidence": 1}
    assert STUDY.read(said, TWO, AGREEMENT) == {"similarity": 4, "confidence": 1}
    for value in (0, 5, "4", None):
        with pytest.raises(AnswerError, match="'similarity' is .*, not one of 1, 2, 3, 4"):
            STUDY.read({**said, "similarity": value}, TWO, AGREEMENT)
    with pytest.raises(AnswerError, match="the field 'confidence' is missing"):
        STUDY.read({"id": "i1", "similarity": 4}, TWO, AGREEMENT)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"form": "both"}, "'form' takes one of agreement, distinction"),
        ({"examples": 0}, "'examples' takes a whole number from 1 to 5"),
        ({"examples": 6}, "'examples' takes a whole number from 1 to 5"),
        ({"similarity_points": ["a"]}, "takes 2 to 11 entries, not 1"),
        ({"confidence": False}, "no setting 'confidence'"),
    ],
)
def test_a_wrong_setting_is_named(settings: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        STUDY.check_settings(settings)
    assert problem in str(caught.value)
