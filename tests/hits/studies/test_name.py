"""The `name` study: words of one's own, or one of a few names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from db.errors import ConfigError
from hits.answers import AnswerError
from hits.studies.base import Asked
from hits.studies.name import Name
from tests.conformance.cases import Case

STUDY = Name()
NAMES = STUDY.check_settings({"names": ["film", "food"]})
ASKED = Asked("i1", "text", 3)
ANSWER = {"id": "i1", "position": 0, "ms": 5, "name": "food"}


def test_words_are_shown_instead_of_the_text_they_are_from() -> None:
    item, material = Case("name", "text").stored("i1", "cold soup")
    item = replace(item, shown={"words": ["red", "round"], "target": "apple"})
    (panel,) = STUDY.compose(item, material, STUDY.check_settings({})).panels
    assert (panel.kind, panel.words, panel.label) == ("words", ("red", "round"), None)


def test_a_picture_is_shown_without_its_label() -> None:
    (panel,) = Case("name", "image").item().panels
    assert (panel.kind, panel.label) == ("image", None)
    assert panel.picture is not None and panel.picture.alt == "The picture"


def test_a_name_is_kept_as_it_was_written_but_for_the_space_around_it() -> None:
    for written in ("an apple", "  Apple ", "りんご", "<b>apple</b>", "unsure"):
        assert STUDY.read({**ANSWER, "name": written}, ASKED, {}) == {"name": written.strip()}


@pytest.mark.parametrize("value", ["", "   ", None, 3, ["apple"], {"a": 1}, True])
def test_what_is_no_name_cannot_be_read(value: Any) -> None:
    with pytest.raises(AnswerError, match="item 'i1': 'name' is .*, no words"):
        STUDY.read({**ANSWER, "name": value}, ASKED, {})


@pytest.mark.parametrize("value", ["x" * 201, "two\nlines"])
def test_a_name_is_a_single_line(value: str) -> None:
    with pytest.raises(AnswerError, match="no single line of at most 200 characters"):
        STUDY.read({**ANSWER, "name": value}, ASKED, {})


@pytest.mark.parametrize("value", ["Food", "soup", "", 1, None])
def test_where_names_are_given_only_these_can_be_read(value: Any) -> None:
    assert STUDY.read(ANSWER, ASKED, NAMES) == {"name": "food"}
    assert STUDY.read({**ANSWER, "name": "unsure"}, ASKED, NAMES) == {"name": "unsure"}
    with pytest.raises(AnswerError, match="'name' is .*, not one of 'film', 'food', 'unsure'"):
        STUDY.read({**ANSWER, "name": value}, ASKED, NAMES)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"names": ["film"]}, "'names' takes no entry (free text) or 2 to 30"),
        ({"names": ["film", "unsure"]}, "other than 'unsure'"),
        ({"names": [f"n{at}" for at in range(31)]}, "'names' takes 0 to 30 entries, not 31"),
        ({"names": ["film", "film"]}, "'film' twice"),
        ({"k": 0}, "'k' takes a whole number from 1 to 50"),
    ],
)
def test_a_wrong_setting_is_named(settings: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        STUDY.check_settings(settings)
    assert problem in str(caught.value)
