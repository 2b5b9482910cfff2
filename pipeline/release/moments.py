"""Exact times, as people and programs write them: a date with hours and minutes."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?(?:\s?[ap]\.?m\b)?|\d{1,2}\s?[ap]\.?m\b"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th|\.)?"
_DATES = (
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}",
    r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}",
    rf"{_MONTH}\s{_DAY},?\s\d{{4}}",
    rf"{_DAY}\s(?:of\s)?{_MONTH},?\s\d{{4}}",
)
_MOMENTS = tuple(
    re.compile(pattern, re.IGNORECASE | re.ASCII)
    for pattern in (
        rf"\b(?:{'|'.join(_DATES)})(?:t|,?\s{{1,3}}(?:at\s)?)(?:{_CLOCK})",
        r"\b\d{8}t\d{4}(?:\d\d)?(?:[.,]\d+)?(?:z|[+-]\d\d:?\d\d)?\b",
    )
)


def moments(text: str) -> Iterator[tuple[int, int]]:
    """Half-open spans. Forms: ISO 8601 long and short, day and month either way round, English."""
    return (m.span() for pattern in _MOMENTS for m in pattern.finditer(text))
