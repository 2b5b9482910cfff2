"""The HTML that a highlighting page sends back: one `<span>` a token, `class="active"` if marked.

The HTML went through the browsers of strangers: it is read with `html.parser`, nothing in it is
trusted, and it counts only where its tokens are those of the text that was shown.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import NamedTuple

MARKED_CLASS = "active"


class SpanToken(NamedTuple):
    """The text of one outermost span, and whether it was marked."""

    text: str
    marked: bool


@dataclass(frozen=True)
class Alignment:
    """Marked positions among the tokens of the text, and what had to be reconciled.

    `blanks`: spans of nothing but whitespace, left out; `unescaped`: whether the text is escaped
    HTML (`&amp;`), of which the page showed the characters (`&`).
    """

    marks: list[int]
    blanks: int
    unescaped: bool


def parse_spans(markup: str) -> list[SpanToken]:
    """The outermost spans in order. Unfinished markup at the end is not read.

    The parser is not closed: closing makes it try an unfinished tag again at every character.
    """
    parser = _SpanParser()
    parser.feed(markup)
    return [SpanToken(text, marked) for text, marked in parser.spans]


def align(spans: Sequence[SpanToken], tokens: Sequence[str]) -> Alignment | None:
    """Match spans with the whitespace tokens of the text; None where they differ.

    Whitespace around a span is nothing; a span of several words stands for each of them.
    """
    words = [(word, span.marked) for span in spans for word in span.text.split()]
    shown = [word for word, _ in words]
    unescaped = shown != list(tokens)
    if unescaped and shown != [html.unescape(token) for token in tokens]:
        return None
    blanks = sum(not span.text.strip() for span in spans)
    return Alignment([i for i, (_, marked) in enumerate(words) if marked], blanks, unescaped)


class _SpanParser(HTMLParser):
    """Gathers the text of outermost spans; other elements count for their text alone."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.spans: list[tuple[str, bool]] = []
        self._depth = 0
        self._marked = False
        self._pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "span":
            return
        if self._depth == 0:
            classes = (dict(attrs).get("class") or "").split()
            self._marked, self._pieces = MARKED_CLASS in classes, []
        self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        if tag != "span" or self._depth == 0:
            return
        self._depth -= 1
        if self._depth == 0:
            self.spans.append(("".join(self._pieces), self._marked))

    def handle_data(self, data: str) -> None:
        if self._depth:
            self._pieces.append(data)
