"""The `intrude` study: k that belong together and one that does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from db.errors import ConfigError
from hits.answers import AnswerError
from hits.studies.base import Asked
from hits.studies.intrude import Intrude
from hits.studies.panels import StudyError
from tests.conformance.cases import Case

STUDY = Intrude()
THREE = Asked("i1", "text", 3, n_choices=3)
ANSWER = {"id": "i1", "position": 0, "ms": 5, "intruder": 2}


def composed(words: list[str], k: int) -> Any:
    """An item with these words as its choices, as checked before it is shown."""
    item, material = Case("intrude", "text").stored("i1", "cold soup")
    settings = STUDY.check_settings({"k": k})
    item = replace(item, shown={"choices": [{"text": word} for word in words], "intruder": 0})
    shown = STUDY.compose(item, material, settings)
    STUDY.check_item(shown, settings)
    return shown


def test_the_words_are_choices_and_the_text_is_not_shown() -> None:
    shown = composed(["cold", "slow", "engine"], 2)
    assert [choice.text for choice in shown.choices] == ["cold", "slow", "engine"]
    assert shown.panels == ()


@pytest.mark.parametrize(
    ("words", "k", "problem"),
    [
        (["cold", "slow"], 2, "2 choices where k = 2 asks for 3"),
        (["cold", "slow", "late", "engine"], 2, "4 choices where k = 2"),
        (["cold", "cold", "engine"], 2, "a word stands twice"),
    ],
)
def test_choices_that_make_no_sense_are_refused(words: list[str], k: int, problem: str) -> None:
    with pytest.raises(StudyError, match=problem):
        composed(words, k)


@pytest.mark.parametrize("value", [3, -1, True, 1.0, "1", "none", None, [1]])
def test_only_a_place_can_be_read(value: Any) -> None:
    assert STUDY.read(ANSWER, THREE, {}) == {"intruder": 2}
    with pytest.raises(AnswerError, match="'intruder' is .*, none of its 3 choices"):
        STUDY.read({**ANSWER, "intruder": value}, THREE, {})


def test_none_can_be_said_where_the_settings_allow_it() -> None:
    said = {**ANSWER, "intruder": "none"}
    assert STUDY.read(said, THREE, {"none": True}) == {"intruder": "none"}
    with pytest.raises(AnswerError, match="'intruder' is 'all'"):
        STUDY.read({**said, "intruder": "all"}, THREE, {"none": True})


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"k": 1}, "'k' takes a whole number from 2 to 11, not 1"),
        ({"k": 12}, "'k' takes a whole number from 2 to 11, not 12"),
        ({"none": "yes"}, "'none' takes true or false"),
        ({"attribute": " words"}, "space around it"),
    ],
)
def test_a_wrong_setting_is_named(settings: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        STUDY.check_settings(settings)
    assert problem in str(caught.value)


def test_parts_of_pictures_are_cut_out_and_say_nothing_of_where_they_are_from() -> None:
    shown = Case("intrude", "image").item()
    assert [choice.panel for choice in shown.choices] == [0, 1, 2]
    assert {panel.picture.alt for panel in shown.panels if panel.picture} == {"A part of a picture"}
    sizes = {(p.picture.width, p.picture.height) for p in shown.panels if p.picture}
    assert sizes == {(96, 96)}
