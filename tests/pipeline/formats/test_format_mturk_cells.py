"""Single cells of an answer: they are what the mapping says, or they are refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.mturk.cells import Malformed, read_set, read_value, several
from pipeline.formats.mturk.mapping import QuestionMapping


def question(read: str, **keys: Any) -> QuestionMapping:
    return QuestionMapping.model_validate({"read": read, "column": "Answer.q", **keys})


@pytest.mark.parametrize(
    ("cell", "values"),
    [
        ("1|3", ["1", "3"]),
        ("3", ["3"]),
        ("['1', '3']", ["1", "3"]),
        ('["1", "3"]', ["1", "3"]),
        ("[1, 3.5, None, True]", ["1", "3.5", "", "true"]),
        ("[1, null, true]", ["1", "", "true"]),
        ("[]", []),
        ('{"a": true, "b": false, "c": true}', ["a", "c"]),
        ('["a|b", " c "]', ["a|b", "c"]),
        (r"['it\'s', 'a\d']", ["it's", r"a\d"]),
    ],
)
def test_several_values_stand_in_one_cell(cell: str, values: list[str]) -> None:
    assert several(cell, "q") == values


@pytest.mark.parametrize(
    "cell",
    [
        "[1, 3",
        "[" * 9_000,
        "[" * 200_000,
        "[open('x')]",
        "[[1], [2]]",
        "['a': 1]",
        '{"a": 1}',
        '{"a": {"b": true}}',
        '{"a": true',
        "['a'] + ['b']",
    ],
)
def test_a_broken_list_is_refused(cell: str) -> None:
    with pytest.raises(Malformed):
        several(cell, "q")


@given(st.text())
def test_any_cell_is_read_or_refused(cell: str) -> None:
    for kind in ("choice", "number"):
        try:
            value = read_value(cell, "q", question(kind))
        except Malformed:
            continue
        assert value is None or kind == "number" or isinstance(value, str)
        assert kind == "choice" or not isinstance(value, str)


@pytest.mark.parametrize(
    ("cell", "number"),
    [("4", 4), (" -0.5 ", -0.5), ("+2", 2), ("007", 7), (".5", 0.5), ("", None), ("  ", None)],
)
def test_numbers_are_written_with_digits(cell: str, number: float | None) -> None:
    assert read_value(cell, "q", question("number")) == number


@pytest.mark.parametrize("cell", ["four", "1e3", "nan", "inf", "1,5", "٣", "1_000", "--1", "."])
def test_what_only_looks_like_a_number_is_refused(cell: str) -> None:
    with pytest.raises(Malformed, match="'q' holds an answer that is no number"):
        read_value(cell, "q", question("number"))


def test_words_of_a_scale_stand_for_numbers() -> None:
    scale = question("number", values={"Agree": 5, "Disagree": 1.5})
    assert read_value(" agree", "q", scale) == 5
    assert read_value("Disagree", "q", scale) == 1.5
    with pytest.raises(Malformed, match="none of its values"):
        read_value("3", "q", scale)


def test_a_choice_outside_its_options_is_refused() -> None:
    assert read_value("a|b", "q", question("choice", options=["a|b", "c"])) == "a|b"
    with pytest.raises(Malformed, match="none of its options"):
        read_value("C", "q", question("choice", options=["a|b", "c"]))
    with pytest.raises(Malformed, match="several answers where one is read"):
        read_value("a|c", "q", question("choice"))


@pytest.mark.parametrize(
    ("cell", "chosen"),
    [
        ('{"a": false, "b": true}', "b"),
        ('{"a": false, "b": false}', None),
        ('{"agree": true}', "true"),
        ('{"agree": false}', "false"),
    ],
)
def test_buttons_of_a_crowd_form_say_which_is_pressed(cell: str, chosen: str | None) -> None:
    assert read_value(cell, "q", question("choice")) == chosen


def test_two_pressed_buttons_are_no_choice() -> None:
    with pytest.raises(Malformed, match="several answers"):
        read_value('{"a": true, "b": true}', "q", question("choice"))


def test_text_is_kept_as_it_is() -> None:
    assert read_value(" [a|b] ", "q", question("text")) == " [a|b] "


def test_a_set_names_options_each_once() -> None:
    options = ("1", "2", "3")
    assert read_set("3|1", "q", question("set"), options) == {"1", "3"}
    with pytest.raises(Malformed, match="names an option twice"):
        read_set("1|1", "q", question("set"), options)
    with pytest.raises(Malformed, match="names an option that there is not"):
        read_set("1|4", "q", question("set"), options)
    with pytest.raises(Malformed, match="names an option that there is not"):
        read_set("1|", "q", question("set"), options)


def test_a_blank_set_says_what_the_mapping_says_and_an_empty_list_says_none() -> None:
    assert read_set(" ", "q", question("set"), ("1",)) is None
    assert read_set("", "q", question("set", blank="nothing"), ("1",)) == frozenset()
    assert read_set("[]", "q", question("set"), ("1",)) == frozenset()
