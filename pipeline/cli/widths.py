"""How wide each column of a terminal table is, so that no number is ever cut.

Names give way first, then numbers break between words (an interval between its ends), then names
break to a few letters. What still does not fit makes the table wider than the terminal.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

TOGETHER = 14
"""So many letters of a name stay together while numbers can give way."""
SHORTEST = 5
"""So many letters of a name always stay together."""
PARTS = re.compile(r"[^_\s]*[_\s]+|[^_\s]+")
"""What a name is made of: each part with what ends it."""


class Column(NamedTuple):
    """The texts of a column, its heading first; whether they are numbers."""

    texts: tuple[str, ...]
    number: bool


def widths(columns: Sequence[Column], available: int) -> list[int]:
    """Cells of the terminal for each column, at most `available` together where that is possible.

    Numbers keep their longest word, and while possible their heading's. A table that needs more is
    given more: its lines are for the terminal to break.
    """
    found = [max(map(_whole, column.texts), default=0) for column in columns]
    for stage in range(3):
        least = [_least(column, stage) for column in columns]
        while sum(found) > available:
            spare = [n for n, width in enumerate(found) if width > least[n]]
            if not spare:
                break
            found[max(spare, key=found.__getitem__)] -= 1
    return found


def broken(text: str, width: int) -> str:
    """A name in lines of at most `width` where it can be, broken after an underscore or a word."""
    if _whole(text) <= width or "_" not in text:
        return text
    found = [""]
    for part in PARTS.findall(text):
        if found[-1] and _whole(found[-1] + part.rstrip()) > width:
            found.append("")
        found[-1] += part
    return "\n".join(line.rstrip() for line in found)


def _least(column: Column, stage: int) -> int:
    """How narrow a column may get at a stage: 0 names, 1 numbers too, 2 anything but a number."""
    whole = max(map(_whole, column.texts), default=0)
    if not column.number:
        return min(whole, TOGETHER if stage < 2 else SHORTEST)
    if stage == 0:
        return whole
    return max(map(_longest_word, column.texts if stage == 1 else column.texts[1:]), default=0)


def _whole(text: str) -> int:
    from rich.cells import cell_len

    return max(map(cell_len, text.expandtabs().splitlines()), default=0)


def _longest_word(text: str) -> int:
    return max(map(_whole, text.split()), default=0)
