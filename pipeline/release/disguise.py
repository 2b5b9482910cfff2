"""Words as somebody reads them, whatever characters they were written in, with the way back.

Undone: HTML entities and percent-encoding (also within each other), compatibility forms such as
full-width letters (NFKD, Unicode Standard Annex 15), combining marks, and invisible format
characters. Not undone: letters of other alphabets that look alike, base64, words read backwards.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

ROUNDS = 4
"""How often encodings within encodings are undone."""

_ENCODED = re.compile(
    r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});|(?:%[0-9a-fA-F]{2})+"
)


@dataclass(frozen=True)
class Plain:
    """A text; character i stands for `starts[i]` to `ends[i]` (half-open) of the one written."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def written(self, start: int, end: int) -> tuple[int, int]:
        """Where characters `start` to `end` (half-open, at least one) came from."""
        return self.starts[start], self.ends[end - 1]

    def folded(self) -> Plain:
        """Without the difference of capitals and small letters."""
        if self.text.isascii():
            return Plain(self.text.lower(), self.starts, self.ends)
        return _spread(self, [c.casefold() for c in self.text])


def written(text: str) -> Plain:
    """The text as it is."""
    return Plain(text, range(len(text)), range(1, len(text) + 1))


def plain(text: str) -> Plain:
    """The text with all disguises undone that this file knows."""
    made = written(text)
    for _ in range(ROUNDS):
        again = _decoded(made)
        if again.text == made.text:
            break
        made = again
    return made if made.text.isascii() else _spread(made, [_bare(c) for c in made.text])


def _decoded(made: Plain) -> Plain:
    """Each entity and each run of percent signs as what it says, all of it from the whole token."""
    if "&" not in made.text and "%" not in made.text:
        return made
    text, starts, ends, at = "", list[int](), list[int](), 0
    for token in _ENCODED.finditer(made.text):
        says = html.unescape(token[0]) if token[0][0] == "&" else unquote(token[0])
        first, last = token.span()
        text += made.text[at:first] + says
        starts += [*made.starts[at:first], *[made.starts[first]] * len(says)]
        ends += [*made.ends[at:first], *[made.ends[last - 1]] * len(says)]
        at = last
    return Plain(text + made.text[at:], (*starts, *made.starts[at:]), (*ends, *made.ends[at:]))


def _spread(made: Plain, pieces: list[str]) -> Plain:
    """Every character replaced by a piece of any length, from the same place."""
    starts = (s for s, piece in zip(made.starts, pieces, strict=True) for _ in piece)
    ends = (e for e, piece in zip(made.ends, pieces, strict=True) for _ in piece)
    return Plain("".join(pieces), tuple(starts), tuple(ends))


@lru_cache(maxsize=4096)
def _bare(character: str) -> str:
    """One character without its disguise: none, one or several."""
    parts = unicodedata.normalize("NFKD", character)
    return "".join(c for c in parts if unicodedata.category(c) not in ("Cf", "Mn", "Mc", "Me"))
