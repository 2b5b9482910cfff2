"""The `compare` study: two rationales of one answer, and which answers can be read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from db.errors import ConfigError
from hits.answers import AnswerError
from hits.studies.base import Asked, Material
from hits.studies.compare import Compare
from hits.studies.panels import StudyError
from tests.conformance.cases import Case

STUDY = Compare()
ASKED = Asked("i1", "text", 3)
ANSWER = {"id": "i1", "position": 0, "ms": 5, "better": "second"}


def test_a_side_or_a_tie_can_be_read() -> None:
    assert STUDY.read(ANSWER, ASKED, {}) == {"better": "second"}
    assert STUDY.read({**ANSWER, "better": "equal"}, ASKED, {}) == {"better": "equal"}


@pytest.mark.parametrize("value", ["A", "Explanation A", 1, 0, None, ["first"], True, "FIRST"])
def test_nothing_else_can(value: Any) -> None:
    with pytest.raises(AnswerError, match="item 'i1': 'better' is .*, not one of 'first'"):
        STUDY.read({**ANSWER, "better": value}, ASKED, {})


def test_without_ties_nobody_can_say_that_both_are_alike() -> None:
    settings = STUDY.check_settings({"tie": False})
    assert STUDY.questions(settings)[0].values == ["first", "second"]
    with pytest.raises(AnswerError, match="'equal', not one of"):
        STUDY.read({**ANSWER, "better": "equal"}, ASKED, settings)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"tie": 1}, "'tie' takes true or false, not 1"),
        ({"top_k": 0}, "'top_k' takes a whole number from 1 to 1000, not 0"),
        ({"top_k": True}, "not True"),
        ({"presentation": "plain"}, "'presentation' takes one of heat"),
        ({"question": ""}, "'question' takes words"),
        ({"confidence_points": ["sure"]}, "takes 2 to 11 entries, not 1"),
        ({"ties": True}, "no setting 'ties'; did you mean 'tie'"),
    ],
)
def test_a_wrong_setting_is_named(settings: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        STUDY.check_settings(settings)
    assert problem in str(caught.value)


def composed(**change: Any) -> Any:
    """The item of the conformance test, changed."""
    item, material = Case("compare", "text").stored("i1", "cold soup")
    return STUDY.compose(replace(item, **change), material, STUDY.check_settings({}))


@pytest.mark.parametrize(
    ("hue", "first", "second"), [("blue", "blue", "orange"), ("orange", "orange", "blue")]
)
def test_the_colour_of_the_first_is_the_item_s(hue: str, first: str, second: str) -> None:
    assert [panel.hue for panel in composed(shown={"hue": hue}).panels] == [first, second]


def test_rationales_are_shown_in_the_order_of_the_item() -> None:
    item, material = Case("compare", "text").stored("i1", "cold soup")
    scores = [one.rationale.scores.tolist() for one in material.rationales]
    shown = STUDY.compose(item, material, STUDY.check_settings({}))
    assert [list(panel.scores or ()) for panel in shown.panels] == scores


def test_rationales_of_different_answers_cannot_be_compared() -> None:
    item, material = Case("compare", "text").stored("i1", "cold soup")
    one, other = material.rationales
    mixed = Material(material.instance, [one, replace(other, label="negative")])
    with pytest.raises(StudyError, match="explain different answers"):
        STUDY.compose(item, mixed, STUDY.check_settings({}))
    with pytest.raises(StudyError, match="shows two rationales, not 1"):
        STUDY.compose(item, Material(material.instance, [one]), STUDY.check_settings({}))
