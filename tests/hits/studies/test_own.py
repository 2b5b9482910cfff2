"""A study of one's own: its definition, its fields, and what its controls send."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from db.errors import ConfigError
from db.records import Instance
from hits.answers import AnswerError
from hits.studies.base import Asked
from hits.studies.own import Own, field_of, read_definition
from hits.studies.panels import StudyError
from pipeline.formats.instances import pair_instance, text_instance

STUDY = Own()
CHOICE = {"name": "tone", "text": "Which tone?", "values": ["glad", "sad"]}
SCALE = {"name": "fluent", "text": "How?", "level": "ordinal", "values": ["not", "quite", "very"]}
WORDS = {"name": "why", "text": "Why?", "form": "text", "optional": True}
GIVEN: dict[str, Any] = {"name": "mine", "title": "Mine", "questions": [CHOICE, SCALE, WORDS]}
SETTINGS = STUDY.check_settings(GIVEN)
ASKED = Asked("i1", "text", 3)
ANSWER = {"id": "i1", "position": 0, "ms": 5, "tone": "sad", "fluent": "2", "why": " because "}


def test_controls_send_words_and_points_are_kept_as_numbers() -> None:
    read = STUDY.read(ANSWER, ASKED, SETTINGS)
    assert read == {"tone": "sad", "fluent": 2, "why": "because"}
    assert STUDY.read({**ANSWER, "fluent": 2}, ASKED, SETTINGS)["fluent"] == 2


def test_an_optional_question_may_be_left_open_and_no_other() -> None:
    without = {name: value for name, value in ANSWER.items() if name != "why"}
    assert STUDY.read(without, ASKED, SETTINGS) == {"tone": "sad", "fluent": 2}
    with pytest.raises(AnswerError, match="the field 'tone' is missing"):
        STUDY.read({"id": "i1", "fluent": "2"}, ASKED, SETTINGS)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"tone": "Sad"}, "'tone' is 'Sad', not one of 'glad', 'sad'"),
        ({"fluent": "4"}, "'fluent' is '4', not one of '1', '2', '3'"),
        ({"fluent": "quite"}, "not one of '1', '2', '3'"),
        ({"fluent": True}, "'fluent' is True"),
        ({"fluent": 2.0}, "'fluent' is 2.0"),
        ({"why": "   "}, "'why' is no text"),
        ({"why": "x" * 2001}, "'why' is no text of up to 2000 characters"),
        ({"why": ["x"]}, "'why' is no text"),
        ({"other": "x"}, "nobody asked for the field 'other'"),
    ],
)
def test_what_cannot_be_read_is_said_with_item_and_field(
    change: dict[str, Any], problem: str
) -> None:
    with pytest.raises(AnswerError, match="item 'i1'") as caught:
        STUDY.read({**ANSWER, **change}, ASKED, SETTINGS)
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("questions", "problem"),
    [
        ([], "asks nothing"),
        ({"name": "a"}, "written as [[questions]] tables"),
        (["tone"], "written as [[questions]] tables"),
        ([CHOICE, CHOICE], "two questions have the same name"),
        ([{**CHOICE, "values": ["glad"]}], "'values' takes 2 to 50 entries, not 1"),
        ([{**CHOICE, "name": "position"}], "no question can be called 'position'"),
        ([{**CHOICE, "name": "Tone"}], "small letters, digits and underscores"),
        ([{**CHOICE, "level": "set"}], "'level' takes one of nominal, ordinal"),
        ([{**CHOICE, "form": "slider"}], "'form' takes one of choice, text"),
        ([{**WORDS, "values": ["a", "b"]}], "have no values and no order"),
        ([{**WORDS, "level": "ordinal"}], "have no values and no order"),
        ([{**CHOICE, "optional": "no"}], "'optional' takes true or false"),
        ([{**CHOICE, "text": ""}], "'text' takes words"),
    ],
)
def test_questions_that_make_no_sense_are_refused(questions: Any, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        STUDY.check_settings({**GIVEN, "questions": questions})
    assert problem in str(caught.value)


def test_fields_are_found_in_the_instance_its_features_and_attributes() -> None:
    about: Any = {"label": "positive", "attributes": {"summary": "short", "empty": ""}}
    text = text_instance("cold soup", about)
    found = [field_of(text, name) for name in ("text", "label", "summary", "empty")]
    assert found == ["cold soup", "positive", "short", ""]
    assert field_of(pair_instance("a", "b", about), "text_pair") == "b"
    row = Instance("r", "row", "", np.empty((0, 2), np.int32), features={"age": 41.0})
    assert field_of(row, "age") == "41"


def test_a_field_that_is_missing_is_named_with_those_there_are() -> None:
    text = text_instance("cold soup", {"attributes": {"summary": "short"}})
    for name in ("txt", "text_pair", "label"):
        with pytest.raises(StudyError, match=f"no field '{name}' .*there are: summary"):
            field_of(text, name)
    with pytest.raises(StudyError, match="is no image"):
        field_of(text, "image")


def test_a_definition_holds_no_html_and_needs_its_page(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text('name = "mine"\nhtml = "<p>"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"template\.html cannot be read"):
        read_definition(tmp_path)
    (tmp_path / "template.html").write_text("<p>x</p>", encoding="utf-8")
    with pytest.raises(ConfigError, match="not in 'html'"):
        read_definition(tmp_path)
    (tmp_path / "study.toml").write_text("name = ", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"study\.toml.*cannot be read"):
        read_definition(tmp_path)
