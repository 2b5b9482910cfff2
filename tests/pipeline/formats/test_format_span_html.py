"""HTML from strangers' browsers: read for its spans, in bounded time."""

from __future__ import annotations

import html
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.span_html import SpanToken, align, parse_spans

WORD = st.text(st.characters(exclude_categories=("Cs", "Cc", "Z")), min_size=1)


@given(st.lists(st.tuples(WORD, st.booleans()), min_size=1))
def test_escaped_tokens_come_back_with_their_marks(tokens: list[tuple[str, bool]]) -> None:
    words = [word for word, _ in tokens]
    markup = "".join(
        f'<span class="{"active" if marked else ""}">{html.escape(word)}</span> '
        for word, marked in tokens
    )
    found = align(parse_spans(markup), words)
    assert found is not None
    assert found.marks == [i for i, (_, marked) in enumerate(tokens) if marked]


def test_inner_spans_belong_to_the_outer_one() -> None:
    markup = '<span class="active">a<span>b</span>c</span>'
    assert parse_spans(markup) == [SpanToken("abc", True)]


@pytest.mark.parametrize(
    "piece",
    ["<span ", "<", "</", "<!--", "<?", '<span x="', "<span>", "<script>", "&", "<![CDATA["],
)
def test_broken_markup_is_read_in_bounded_time(piece: str) -> None:
    # Closing the parser would make some of these take minutes.
    begun = time.perf_counter()
    align(parse_spans(piece * (1_000_000 // len(piece))), ["a"])
    assert time.perf_counter() - begun < 10
