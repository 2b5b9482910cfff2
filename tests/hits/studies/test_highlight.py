"""The `highlight` study: its settings, and which answers can be read."""

from __future__ import annotations

from typing import Any

import pytest

from db.errors import ConfigError
from hits.answers import AnswerError
from hits.studies.base import Asked
from hits.studies.highlight import Highlight

STUDY = Highlight()
THREE = Asked("i1", "text", 3)
ANSWER = {
    "id": "i1",
    "position": 0,
    "ms": 5,
    "label": "positive",
    "marks": [2, 0],
    "nothing": False,
}


def test_marks_come_back_sorted() -> None:
    assert STUDY.read(ANSWER, THREE, {}) == {"label": "positive", "marks": [0, 2]}


def test_nothing_to_mark_is_an_empty_list_that_was_chosen() -> None:
    said = {**ANSWER, "marks": [], "nothing": True}
    assert STUDY.read(said, THREE, {}) == {"label": "positive", "marks": []}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"marks": []}, "nothing is marked, and 'nothing' is not chosen"),
        ({"nothing": True}, "something is marked and 'nothing' is chosen too"),
        ({"nothing": 1}, "'nothing' is 1, not true or false"),
        ({"marks": [3]}, "'marks' holds 3, outside the item's 3 tokens"),
        ({"marks": [-1]}, "outside"),
        ({"marks": [True]}, "'marks' holds True, which is no token position"),
        ({"marks": [1.0]}, "which is no token position"),
        ({"marks": ["1"]}, "which is no token position"),
        ({"marks": [1, 1]}, "holds a position twice"),
        ({"marks": "1"}, "not a list of token positions"),
        ({"label": "joyful"}, "'label' is 'joyful', not one of 'positive', 'negative', 'unsure'"),
        ({"label": None}, "'label' is None"),
        ({"label": ["positive"]}, "not one of"),
        ({"convincing": 3}, "nobody asked for the field 'convincing'"),
    ],
)
def test_what_cannot_be_read_is_said_with_item_and_field(
    change: dict[str, Any], problem: str
) -> None:
    with pytest.raises(AnswerError, match="item 'i1'") as caught:
        STUDY.read({**ANSWER, **change}, THREE, {})
    assert problem in str(caught.value)


@pytest.mark.parametrize("field", ["label", "marks", "nothing"])
def test_a_missing_field_is_named(field: str) -> None:
    said = {name: value for name, value in ANSWER.items() if name != field}
    with pytest.raises(AnswerError, match=f"item 'i1': the field '{field}' is missing"):
        STUDY.read(said, THREE, {})


def test_labels_come_from_the_settings_and_unsure_can_be_left_out() -> None:
    label, marks = STUDY.questions({"labels": ["hate", "none"], "unsure": False})
    assert (label.values, label.level) == (["hate", "none"], "nominal")
    assert (marks.name, marks.level, marks.options) == ("marks", "set", ())
    assert STUDY.questions({})[0].values == ["positive", "negative", "unsure"]


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"labels": ["one"]}, "'labels' takes 2 to 12 entries, not 1"),
        ({"labels": ["a", "a"]}, "'labels' has the entry 'a' twice"),
        ({"labels": "positive"}, "'labels' takes a list"),
        ({"labels": ["a", "  "]}, "'labels' takes words"),
        ({"labels": ["a", "b\x00"]}, "'labels' takes one line without control characters"),
        ({"labels": ["a", " b"]}, "space around it"),
        ({"labels": ["a", "unsure"]}, "'labels' has 'unsure', which 'unsure' adds already"),
        ({"unsure": "yes"}, "'unsure' takes true or false, not 'yes'"),
        ({"mark_question": 3}, "'mark_question' takes words, not 3"),
        ({"mark_question": "x" * 301}, "301 characters long"),
        ({"label": []}, "no setting 'label'; did you mean 'labels'"),
    ],
)
def test_a_wrong_setting_is_named(settings: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigError, match="setting") as caught:
        STUDY.check_settings(settings)
    assert problem in str(caught.value)


def test_marks_of_several_kinds_are_read_each_and_all_together() -> None:
    settings = {"mark_labels": ["for", "against"]}
    said = {**ANSWER, "marks": {"for": [2], "against": [0]}}
    found = STUDY.read(said, THREE, settings)
    assert found["marks"] == [0, 2]
    assert (found["marks.for"], found["marks.against"]) == ([2], [0])
    names = [question.name for question in STUDY.questions(settings)]
    assert names == ["label", "marks", "marks.for", "marks.against"]


@pytest.mark.parametrize(
    ("marks", "problem"),
    [
        ([0], "not marks of for, against"),
        ({"for": [0]}, "not marks of for, against"),
        ({"for": [0], "against": [0]}, "marks a word in two ways"),
        ({"for": [9], "against": []}, "outside the item's 3 tokens"),
    ],
)
def test_marks_of_several_kinds_that_make_no_sense_are_refused(marks: Any, problem: str) -> None:
    with pytest.raises(AnswerError, match=problem):
        STUDY.read({**ANSWER, "marks": marks}, THREE, {"mark_labels": ["for", "against"]})


def test_an_image_is_marked_by_a_mask_of_its_own_size() -> None:
    from db import masks

    image = Asked("i1", "image", 6, size=(3, 2))
    mask = masks.encode([[0, 1, 0], [0, 0, 0]])
    assert STUDY.read({**ANSWER, "marks": mask}, image, {})["marks"] == mask
    with pytest.raises(AnswerError, match="of size"):
        STUDY.read({**ANSWER, "marks": masks.encode([[1]])}, image, {})
    with pytest.raises(AnswerError, match="'nothing' is not chosen"):
        STUDY.read({**ANSWER, "marks": masks.encode([[0] * 3] * 2)}, image, {})
