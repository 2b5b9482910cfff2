"""The `verify` study: words beside an input or an answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from db.errors import ConfigError
from hits.answers import AnswerError
from hits.studies.base import Asked
from hits.studies.panels import StudyError
from hits.studies.verify import Verify
from tests.conformance.cases import Case

STUDY = Verify()
ASKED = Asked("i1", "text", 3)
ANSWER = {"id": "i1", "position": 0, "ms": 5, "fits": "yes"}


def test_beside_the_input_no_answer_is_shown() -> None:
    item, material = Case("verify", "text").stored("i1", "cold soup")
    text, words = STUDY.compose(item, material, STUDY.check_settings({})).panels
    assert (text.kind, text.label) == ("text", None)
    assert (words.kind, words.label, words.words) == ("words", None, ("cold", "soup"))


def test_beside_an_answer_the_input_is_not_shown() -> None:
    item, material = Case("verify", "text").stored("i1", "cold soup")
    (words,) = STUDY.compose(item, material, STUDY.check_settings({"fits": "label"})).panels
    assert (words.kind, words.label) == ("words", "positive")


def test_an_item_without_words_is_refused() -> None:
    item, material = Case("verify", "text").stored("i1", "cold soup")
    with pytest.raises(StudyError, match="'i1' has no attributes to verify"):
        STUDY.compose(replace(item, shown={"words": []}), material, STUDY.check_settings({}))


def test_the_question_is_that_of_the_form() -> None:
    assert STUDY.questions({})[0].text == "Do these words describe what is shown?"
    assert STUDY.questions({"fits": "label"})[0].text == "Do these words fit this answer?"
    assert STUDY.questions({"unsure": False})[0].values == ["yes", "no"]


@pytest.mark.parametrize("value", ["Yes", True, 1, None, "", ["yes"]])
def test_only_yes_no_and_unsure_can_be_read(value: Any) -> None:
    assert STUDY.read(ANSWER, ASKED, {}) == {"fits": "yes"}
    with pytest.raises(AnswerError, match="'fits' is .*, not one of 'yes', 'no', 'unsure'"):
        STUDY.read({**ANSWER, "fits": value}, ASKED, {})


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"fits": "both"}, "'fits' takes one of input, label"),
        ({"k": 0}, "'k' takes a whole number from 1 to 30"),
        ({"k": 31}, "'k' takes a whole number from 1 to 30"),
        ({"attribute": 3}, "'attribute' takes words, not 3"),
        ({"controls": "no"}, "'controls' takes true or false"),
    ],
)
def test_a_wrong_setting_is_named(settings: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        STUDY.check_settings(settings)
    assert problem in str(caught.value)
