"""The `output` study: what was made, beside what it was made from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from db.errors import ConfigError
from hits.answers import AnswerError
from hits.studies.base import Asked
from hits.studies.output import Output
from hits.studies.panels import StudyError
from tests.conformance.cases import Case

STUDY = Output()
COMPARE = STUDY.check_settings({"form": "compare"})
ASKED = Asked("i1", "text", 3)
ANSWER = {"id": "i1", "position": 0, "ms": 5}


def composed(outputs: list[dict[str, str]], settings: dict[str, Any], kind: str = "text") -> Any:
    item, material = Case("output", kind).stored("i1", "cold soup")
    item = replace(item, shown={"outputs": outputs})
    return STUDY.compose(item, material, settings).panels


def test_outputs_stand_after_their_source_in_the_item_s_order() -> None:
    panels = composed([{"text": "one two"}, {"text": "three"}], COMPARE)
    assert [panel.caption for panel in panels] == ["Made from", "Output A", "Output B"]
    assert [panel.tokens for panel in panels[1:]] == [("one", "two"), ("three",)]


def test_an_output_keeps_its_spaces_and_words_that_occur_twice() -> None:
    (_, panel) = composed([{"text": " a  a\nab a "}], STUDY.check_settings({}))
    assert (panel.text, panel.tokens) == (" a  a\nab a ", ("a", "a", "ab", "a"))


def test_the_source_may_be_left_out() -> None:
    (panel,) = composed([{"text": "one"}], STUDY.check_settings({"source": False}))
    assert panel.caption == "The output"


def test_an_output_may_be_a_picture() -> None:
    item, _ = Case("output", "image").stored("i1", "x")
    panels = composed([{"instance": item.instance_id}], STUDY.check_settings({}), "image")
    assert [panel.kind for panel in panels] == ["image", "image"]
    with pytest.raises(StudyError, match="output 'gone' is no instance"):
        composed([{"instance": "gone"}], STUDY.check_settings({}), "image")


def test_one_output_is_nothing_to_compare() -> None:
    with pytest.raises(StudyError, match="1 outputs to compare, not two"):
        composed([{"text": "one"}], COMPARE)


@pytest.mark.parametrize("value", [0, 6, "3", True, None, 2.0])
def test_only_a_point_of_the_scale_can_be_read(value: Any) -> None:
    assert STUDY.read({**ANSWER, "quality": 5}, ASKED, {}) == {"quality": 5}
    with pytest.raises(AnswerError, match="'quality' is .*, not one of 1, 2, 3, 4, 5"):
        STUDY.read({**ANSWER, "quality": value}, ASKED, {})


@pytest.mark.parametrize("value", ["Output A", "a", 0, None])
def test_only_a_side_or_a_tie_can_be_read(value: Any) -> None:
    assert STUDY.read({**ANSWER, "better": "equal"}, ASKED, COMPARE) == {"better": "equal"}
    with pytest.raises(AnswerError, match="'better' is .*, not one of 'first', 'second', 'equal'"):
        STUDY.read({**ANSWER, "better": value}, ASKED, COMPARE)


def test_a_rating_is_no_answer_to_a_comparison() -> None:
    with pytest.raises(AnswerError, match="the field 'better' is missing"):
        STUDY.read({**ANSWER, "quality": 3}, ASKED, COMPARE)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"form": "rank"}, "'form' takes one of rate, compare"),
        ({"points": ["good"]}, "'points' takes 2 to 11 entries, not 1"),
        ({"outputs": "caption"}, "'outputs' takes a list of words"),
        ({"outputs": ["a", "a"]}, "'outputs' has the entry 'a' twice"),
        ({"source": 0}, "'source' takes true or false"),
    ],
)
def test_a_wrong_setting_is_named(settings: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        STUDY.check_settings(settings)
    assert problem in str(caught.value)
