"""The `rate` study: its scales, and which answers can be read."""

from __future__ import annotations

from typing import Any

import pytest

from db.errors import ConfigError
from hits.answers import AnswerError
from hits.studies.base import Asked, Material
from hits.studies.panels import StudyError
from hits.studies.rate import Rate
from tests.conformance.cases import Case

STUDY = Rate()
THREE = Asked("i1", "text", 3)
ANSWER = {"id": "i1", "position": 0, "ms": 5, "convincing": 4, "confidence": 2}


def test_points_are_numbers_from_one_and_ordinal() -> None:
    convincing, confidence = STUDY.questions({})
    assert (convincing.values, convincing.level) == ([1, 2, 3, 4, 5], "ordinal")
    assert (confidence.values, confidence.level) == ([1, 2, 3, 4], "ordinal")
    assert convincing.options[0].text == "not at all convincing"


def test_confidence_is_asked_only_where_the_settings_say_so() -> None:
    assert STUDY.read(ANSWER, THREE, {}) == {"convincing": 4, "confidence": 2}
    without = {"id": "i1", "convincing": 4}
    assert STUDY.read(without, THREE, {"confidence": False}) == {"convincing": 4}
    with pytest.raises(AnswerError, match="nobody asked for the field 'confidence'"):
        STUDY.read(ANSWER, THREE, {"confidence": False})


@pytest.mark.parametrize("value", [0, 6, 4.0, "4", True, None, [4]])
def test_only_a_point_of_the_scale_can_be_read(value: Any) -> None:
    with pytest.raises(
        AnswerError, match="item 'i1': 'convincing' is .*, not one of 1, 2, 3, 4, 5"
    ):
        STUDY.read({**ANSWER, "convincing": value}, THREE, {})


def test_a_scale_of_one_point_asks_nothing() -> None:
    with pytest.raises(ConfigError, match="'points' takes 2 to 11 entries, not 1"):
        STUDY.check_settings({"points": ["convincing"]})


def test_an_item_without_a_rationale_cannot_be_rated() -> None:
    item, material = Case("rate", "text").stored("i1", "cold soup")
    with pytest.raises(StudyError, match="item 'i1': .* shows one rationale, not 0"):
        STUDY.compose(item, Material(material.instance), STUDY.check_settings({}))
