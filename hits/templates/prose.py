"""A few marks for instructions, turned into safe HTML.

Blank lines part paragraphs; a block whose lines begin with "- " is a list; `**strong**`,
`*emphasis*` and `==marked==` work within a line. That is all: everything else, HTML included,
is shown as it was written.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_INLINE = (
    (re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"\*(?=\S)(.+?)(?<=\S)\*"), r"<em>\1</em>"),
    (re.compile(r"==(?=\S)(.+?)(?<=\S)=="), r"<mark>\1</mark>"),
)
_BULLET = "- "


def to_html(text: str) -> Markup:
    """`text` as paragraphs and lists."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return Markup("\n").join(_block(block.split("\n")) for block in blocks if block.strip())


def _block(lines: list[str]) -> Markup:
    stripped = [line.strip() for line in lines]
    if all(line.startswith(_BULLET) for line in stripped):
        entries = (_inline(line.removeprefix(_BULLET)) for line in stripped)
        return Markup("<ul>{}</ul>").format(
            Markup().join(map(Markup("<li>{}</li>").format, entries))
        )
    return Markup("<p>{}</p>").format(_inline(" ".join(stripped)))


def _inline(line: str) -> Markup:
    html = str(escape(line))
    for pattern, replacement in _INLINE:
        html = pattern.sub(replacement, html)
    return Markup(html)
