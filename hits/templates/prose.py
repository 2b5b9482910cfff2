"""Markdown of a study's own (instructions, consent, debriefing) → safe HTML.

CommonMark with tables, and `==marked==` as the page shows marked words. HTML is shown as it was
written, links open in a window of their own, and pictures are refused: a page asks for nothing
from outside. The highest heading is a h2, below the title of the page.
"""

from __future__ import annotations

import re
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markupsafe import Markup

from db.errors import KonkyoError

_MARKED = re.compile(r"==(?=\S)(.+?)(?<=\S)==")
_ADDRESS = re.compile(r"(https?|mailto):", re.IGNORECASE)
HIGHEST_HEADING = 2
LOWEST_HEADING = 6


class ProseError(KonkyoError):
    """A text of a study holds something that a page cannot carry; says what."""


def to_html(text: str) -> Markup:
    """`text` as HTML; ProseError where it shows a picture."""
    markdown = _markdown()
    tokens = markdown.parse(text)
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    highest = min((int(token.tag[1:]) for token in headings), default=1)
    for token in headings:
        level = int(token.tag[1:]) - highest + HIGHEST_HEADING
        token.tag = f"h{min(level, LOWEST_HEADING)}"
    for token in tokens:
        _check_outside(token)
    return Markup(markdown.renderer.render(tokens, markdown.options, {}).strip())


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    markdown.inline.ruler.before("emphasis", "mark", _marked)
    markdown.validateLink = _ADDRESS.match  # type: ignore[method-assign, assignment]
    return markdown


def _marked(state: StateInline, silent: bool) -> bool:
    """The rule for `==marked==`; what stands between may be emphasised in turn."""
    match = _MARKED.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        end = state.posMax
        state.pos, state.posMax = match.start(1), match.end(1)
        state.push("mark_open", "mark", 1)
        state.md.inline.tokenize(state)
        state.push("mark_close", "mark", -1)
        state.posMax = end
    state.pos = match.end()
    return True


def _check_outside(token: Token) -> None:
    """Pictures are refused, and links open in a window that knows nothing of the page."""
    for child in token.children or ():
        if child.type == "image":
            raise ProseError(
                f"a text of the study shows the picture {child.attrGet('src')!r}; a page carries "
                "no pictures of its text: say it in words, or link to it"
            )
        if child.type == "link_open":
            child.attrSet("target", "_blank")
            child.attrSet("rel", "noopener noreferrer")
