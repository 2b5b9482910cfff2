"""Whatever a page sends, every study reads it or says what is wrong: nothing else ever happens."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hits.answers import AnswerError
from tests.conformance.cases import EVERY

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
NESTED = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
MASKS = st.fixed_dictionaries({"size": st.lists(SCALARS, max_size=3), "counts": NESTED})
FITTING = st.fixed_dictionaries({"size": st.just([16, 24]), "counts": st.text(max_size=6)})


CASES = {str(case): case for case in EVERY if case.kind in ("text", "image")}


@cache
def prepared(name: str) -> Any:
    """The study, its settings, an item as asked about, and its questions' names."""
    case = CASES[name]
    settings = case.settings
    names = [question.name for question in case.loaded.questions(settings)]
    return case.loaded, settings, case.asked(case.item("i1")), names


@pytest.mark.parametrize("case", list(CASES))
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_an_answer_is_read_or_refused_with_the_item_named(case: str, data: Any) -> None:
    study, given_settings, asked, names = prepared(case)
    answer: dict[str, Any] = {"id": "i1", "position": 0, "ms": 5}
    for name in data.draw(st.sets(st.sampled_from([*names, "nothing", "other"]))):
        answer[name] = data.draw(NESTED | MASKS | FITTING)
    try:
        read = study.read(answer, asked, given_settings)
    except AnswerError as error:
        assert "item 'i1'" in str(error)
    else:
        assert set(read) <= set(names)
