"""The `guess` study: what is left of a text, and nothing more, reaches the page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from db.errors import ConfigError
from db.records import Instance, Rationale
from hits.answers import AnswerError
from hits.studies.base import Asked
from hits.studies.guess import Guess, reduced
from hits.studies.panels import StudyError
from pipeline.formats.instances import pair_instance, text_instance
from tests.conformance.cases import Case

STUDY = Guess()
ASKED = Asked("i1", "text", 3)
ANSWER = {"id": "i1", "position": 0, "ms": 5, "guess": "positive"}


def rationale(*scores: float) -> Rationale:
    return Rationale("r", "run", "e", "x", 0, np.array(scores, np.float32), "none", "none")


def left(text: str, scores: tuple[float, ...], k: int) -> str:
    return reduced(text_instance(text, {}), rationale(*scores), k, "in place").text


@pytest.mark.parametrize(
    ("scores", "k", "text"),
    [
        ((0.1, 0.9, 0.2, 0.8), 2, "… soup … again"),
        ((0.9, 0.8, 0.2, 0.1), 2, "cold soup …"),
        ((0.1, 0.2, 0.8, 0.9), 2, "… never again"),
        ((-0.1, -0.9, -0.2, -0.8), 1, "cold …"),  # whatever their sign: k words are seen
        ((0.0, 0.0, 0.0, 0.0), 2, "cold soup …"),  # ties go to the first
        ((0.5, 0.5, 0.5, 0.5), 4, "cold soup never again"),
    ],
)
def test_runs_of_hidden_words_are_one_gap_each(
    scores: tuple[float, ...], k: int, text: str
) -> None:
    assert left("cold soup never again", scores, k) == text


def test_a_word_that_occurs_twice_is_kept_where_it_counted() -> None:
    assert left("Cold soup cold", (0, 0.1, 0.9), 1) == "… cold"
    alone = reduced(text_instance("Cold soup cold", {}), rationale(0.8, 0, 0.9), 2, "alone")
    assert alone.words == ("Cold", "cold")


def test_spaces_of_the_text_do_not_say_how_much_is_hidden() -> None:
    assert left("cold    soup\n\n\tnever", (0.9, 0, 0.8), 2) == "cold … never"


def test_of_a_pair_each_text_keeps_its_own_words() -> None:
    pair = pair_instance("cold soup", "nice music", {})
    panel = reduced(pair, rationale(0.9, 0, 0, 0.8), 2, "in place")
    assert (panel.text, panel.text_pair) == ("cold …", "… music")
    one_side = reduced(pair, rationale(0.9, 0.8, 0, 0), 2, "in place")
    assert (one_side.text, one_side.text_pair) == ("cold soup", "…")


def test_a_k_that_is_larger_than_the_text_is_refused_with_what_to_do() -> None:
    item, material = Case("guess", "text").stored("i1", "cold soup")
    item = replace(item, shown={"k": 3})
    with pytest.raises(StudyError, match="k = 3 is larger than the 2 words"):
        STUDY.compose(item, material, STUDY.check_settings({}))


def test_a_row_keeps_the_names_of_all_features_and_the_values_of_k() -> None:
    row = Instance("r", "row", "", np.empty((0, 2), np.int32), features={"age": 41.0, "job": "x"})
    panel = reduced(row, rationale(0.1, 0.9), 1, "in place")
    assert (panel.names, panel.values) == (("age", "job"), ("…", "x"))


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"k": []}, "'k' takes a list of different numbers"),
        ({"k": 5}, "'k' takes a list of different numbers, not 5"),
        ({"k": [0]}, "'k' takes a whole number from 1 to 1000, not 0"),
        ({"k": [5, 5]}, "different numbers"),
        ({"k": [2.5]}, "whole number"),
        ({"labels": ["a", "unsure"]}, "'labels' has 'unsure', which 'unsure' adds already"),
        ({"labels": ["a"]}, "'labels' takes 2 to 12 entries"),
        ({"target": "people"}, "'target' takes one of model, author"),
        ({"show": "nowhere"}, "'show' takes one of in place, alone"),
    ],
)
def test_a_wrong_setting_is_named(settings: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        STUDY.check_settings(settings)
    assert problem in str(caught.value)


@pytest.mark.parametrize("value", ["Positive", "neutral", 0, None, ["positive"], ""])
def test_only_a_label_or_unsure_can_be_read(value: Any) -> None:
    assert STUDY.read({**ANSWER, "guess": "unsure"}, ASKED, {}) == {"guess": "unsure"}
    with pytest.raises(AnswerError, match="item 'i1': 'guess' is .*, not one of 'positive'"):
        STUDY.read({**ANSWER, "guess": value}, ASKED, {})


def test_a_missing_guess_is_named_and_a_strange_field_refused() -> None:
    with pytest.raises(AnswerError, match="the field 'guess' is missing"):
        STUDY.read({"id": "i1", "position": 0, "ms": 5}, ASKED, {})
    with pytest.raises(AnswerError, match="nobody asked for the field 'confidence'"):
        STUDY.read({**ANSWER, "confidence": 1}, ASKED, {})
