"""Tokens as positions in a text that stays as it is: half-open spans of code points."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from db.errors import DataError
from db.words import counted

Span = tuple[int, int]

_TOKEN = re.compile(r"\S+")


def whitespace_offsets(text: str) -> NDArray[np.int32]:
    """Where the tokens of `text.split()` stand: int32, shape (T, 2), in order.

    Whitespace is what Unicode says it is, exactly as for `str.split`; everything else belongs to
    a token, NUL and lone surrogates too. A text without a token is a `DataError`.
    """
    return as_offsets([match.span() for match in _TOKEN.finditer(text)])


def as_offsets(spans: Sequence[Span]) -> NDArray[np.int32]:
    """Token spans that are known to be sound as an array: int32, shape (T, 2), T > 0."""
    if not spans:
        raise DataError("the text is empty: it holds no token")
    return np.array(spans, dtype=np.int32)


def given_offsets(spans: Sequence[Span], text: str) -> NDArray[np.int32]:
    """Token spans that came with the data, checked: inside the text, in order, not overlapping."""
    before = 0
    for start, end in spans:
        check_span(start, end, len(text))
        if start < before:
            raise DataError(f"token [{start}, {end}] overlaps the one before it or precedes it")
        before = end
    return as_offsets(spans)


def check_span(start: int, end: int, length: int, what: str = "characters") -> None:
    """Refuse a half-open span that is empty, reversed, negative or beyond `length`."""
    if start < 0:
        raise DataError(f"span [{start}, {end}] is negative; positions count from 0")
    if start >= end:
        raise DataError(
            f"span [{start}, {end}] is empty or reversed; the end must lie after the start"
        )
    if end > length:
        raise DataError(f"span [{start}, {end}] ends beyond the text of {length} {what}")


def covered(offsets: NDArray[np.int32], spans: Sequence[Span]) -> list[int]:
    """Positions of the tokens that share a character with a span, sorted, each once.

    A span of whitespace alone covers no token.
    """
    if not spans:
        return []
    starts, ends = np.array(spans, dtype=np.int64).T
    first = np.searchsorted(offsets[:, 1], starts, side="right")
    after = np.searchsorted(offsets[:, 0], ends, side="left")
    positions = {p for a, b in zip(first, after, strict=True) for p in range(int(a), int(b))}
    return sorted(positions)


def check_positions(positions: Sequence[int], n_tokens: int) -> list[int]:
    """Token positions sorted and each once; one outside the `n_tokens` is a `DataError`."""
    for position in positions:
        if not 0 <= position < n_tokens:
            raise DataError(
                f"token position {position} does not exist: the text has {counted(n_tokens, 'token')}, "
                "counted from 0"
            )
    return sorted(set(positions))
