"""What the parts of an instance are called in a report: tokens of texts, features of rows, pixels.

The words of the glossary are those of texts. While a report on other data is rendered, `speaking_of`
says so, and whatever is `worded` has that data's nouns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

WHOLE = {"token": "text", "feature": "row", "pixel": "picture"}
"""What a unit is called → what it is part of."""

_NOUN: ContextVar[str] = ContextVar("noun", default="token")
_WORD = re.compile(r"\b([Tt]oken|[Tt]ext)(s?)\b")


@contextmanager
def speaking_of(noun: str) -> Iterator[None]:
    """Until its end, units are called `noun`, one of `WHOLE`."""
    before = _NOUN.set(noun)
    try:
        yield
    finally:
        _NOUN.reset(before)


def worded(text: str, noun: str | None = None) -> str:
    """A sentence of ours about tokens and texts, with the nouns of the data: `noun`, or as spoken.

    Not for what users wrote: their tokens and texts stay.
    """
    unit = noun or _NOUN.get()
    if unit == "token":
        return text
    called = {"token": unit, "text": WHOLE[unit]}

    def said(found: re.Match[str]) -> str:
        word = called[found[1].lower()]
        return (word.capitalize() if found[1][0].isupper() else word) + found[2]

    return _WORD.sub(said, text)
