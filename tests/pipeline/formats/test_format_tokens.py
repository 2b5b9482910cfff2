"""Tokens are positions in a text that stays as it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.errors import DataError
from pipeline.formats.tokens import (
    check_positions,
    covered,
    given_offsets,
    whitespace_offsets,
)

ANY_TEXT = st.text(st.characters(exclude_categories=()))
"""Any code points at all: NUL, lone surrogates and every kind of space among them."""


@given(ANY_TEXT)
def test_tokens_are_those_of_str_split(text: str) -> None:
    if not text.split():
        with pytest.raises(DataError, match="empty"):
            whitespace_offsets(text)
        return
    offsets = whitespace_offsets(text)
    assert offsets.dtype == np.int32
    assert [text[a:b] for a, b in offsets.tolist()] == text.split()


def test_offsets_count_code_points() -> None:
    # one emoji is one code point, whatever UTF-8 or UTF-16 make of it
    assert whitespace_offsets("\U0001f600 b").tolist() == [[0, 1], [2, 3]]


@pytest.mark.parametrize("text", ["", " ", "\t\n\u2003\u00a0"])
def test_a_text_without_a_token_is_an_error(text: str) -> None:
    with pytest.raises(DataError, match="the text is empty"):
        whitespace_offsets(text)


def test_a_span_covers_every_token_it_touches() -> None:
    # "ab cd ef": [1, 4) touches "ab" at 1 and "cd" at 3; [5, 6) is the space before "ef"
    offsets = whitespace_offsets("ab cd ef")
    assert covered(offsets, [(1, 4)]) == [0, 1]
    assert covered(offsets, [(5, 6)]) == []
    assert covered(offsets, [(6, 7), (7, 8), (6, 8)]) == [2]
    assert covered(offsets, []) == []


@given(ANY_TEXT.filter(lambda text: text.split() != []), st.data())
def test_covered_agrees_with_comparing_every_character(text: str, data: st.DataObject) -> None:
    ends = st.integers(0, len(text))
    spans = data.draw(st.lists(st.tuples(ends, ends).filter(lambda s: s[0] < s[1]), max_size=4))
    offsets = whitespace_offsets(text)
    characters = {i for a, b in spans for i in range(a, b)}
    by_hand = [t for t, (a, b) in enumerate(offsets.tolist()) if characters & set(range(a, b))]
    assert covered(offsets, spans) == by_hand


@pytest.mark.parametrize(
    ("spans", "problem"),
    [
        ([(-1, 2)], "negative"),
        ([(2, 1)], "empty or reversed"),
        ([(1, 1)], "empty or reversed"),
        ([(0, 6)], "beyond the text of 5 characters"),
        ([(0, 3), (2, 5)], "overlaps"),
        ([(3, 5), (0, 2)], "precedes"),
        ([], "no token"),
    ],
)
def test_given_offsets_are_checked(spans: list[tuple[int, int]], problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        given_offsets(spans, "abcde")


def test_given_offsets_may_touch_and_may_hold_spaces() -> None:
    assert given_offsets([(0, 2), (2, 5)], "ab cd").tolist() == [[0, 2], [2, 5]]


def test_positions_are_sorted_and_each_once() -> None:
    assert check_positions([2, 0, 2], 3) == [0, 2]


@pytest.mark.parametrize("position", [-1, 3])
def test_a_position_outside_the_text_is_an_error(position: int) -> None:
    with pytest.raises(DataError, match="has 3 tokens"):
        check_positions([position], 3)
