"""What the cells of a column look like: the observations that a guess is made of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.formats.mturk.cells import NUMBER, Malformed, is_list, several, ticks
from pipeline.formats.mturk.results import Results

WORDY = 3
CODE_LENGTH = 60
MOST_OPTIONS = 50
SCALE = range(0, 11)
NUMBERED = re.compile(r"(.*?)[_\-. ]?(\d{1,3})", re.ASCII)
FREE = ("comment", "feedback", "suggestion", "reason", "why", "explain", "other", "notes")


class Family(NamedTuple):
    """Columns that differ in a number alone: `explanation_1`, `explanation_2`, …"""

    name: str
    columns: tuple[str, ...]
    numbers: tuple[int, ...]


def families(columns: Sequence[str]) -> list[Family]:
    """The families among the columns that count from 0 or 1 without a gap."""
    members: dict[str, dict[int, str]] = {}
    for column in columns:
        if (found := NUMBERED.fullmatch(column)) is not None:
            members.setdefault(found[1], {})[int(found[2])] = column
    made = []
    for name, numbered in members.items():
        numbers = tuple(sorted(numbered))
        if len(numbers) > 1 and numbers in (_from(0, numbers), _from(1, numbers)):
            made.append(Family(name, tuple(numbered[n] for n in numbers), numbers))
    return made


def _from(start: int, numbers: Sequence[int]) -> tuple[int, ...]:
    return tuple(range(start, start + len(numbers)))


def is_prose(results: Results, column: str) -> bool:
    """Whether the cells are words to be read: three a cell or more, on average."""
    cells = {cell for cell in results.column(column) if cell}
    return bool(cells) and sum(len(cell.split()) for cell in cells) >= WORDY * len(cells)


def lists(cells: Sequence[str]) -> list[list[str]] | None:
    """The values in each cell, if some hold several and all are short codes; else None."""
    if not any(is_list(cell) for cell in cells) or any(cell.startswith("{") for cell in cells):
        return None
    try:
        found = [several(cell, "") for cell in cells]
    except Malformed:
        return None
    values = {value for one in found for value in one}
    short = all(len(value) <= CODE_LENGTH for value in values)
    return found if short and len(values) <= MOST_OPTIONS else None


def buttons(cells: Sequence[str]) -> list[dict[str, bool]] | None:
    """Which buttons of a crowd-form each cell has pressed, if that is what all of them hold."""
    if not all(cell.startswith("{") for cell in cells):
        return None
    try:
        return [ticks(cell, "") for cell in cells]
    except Malformed:
        return None


def is_scale(values: Sequence[str]) -> bool:
    """Whether the values are points of a scale rather than names that happen to be numbers.

    Two values order nothing, and whole numbers with a gap outside 0 to 10 hold a code such as -9.
    """
    distinct = set(values)
    if len(distinct) < 3 or not all(NUMBER.fullmatch(value) for value in distinct):
        return False
    numbers = {float(value) for value in distinct}
    if not all(number.is_integer() for number in numbers) or len(numbers) > len(SCALE):
        return True
    without_gap = max(numbers) - min(numbers) == len(numbers) - 1
    return without_gap or all(number in SCALE for number in numbers)


def has_codes(values: Sequence[str]) -> bool:
    """Whether the values are three numbers or more, and yet no points of a scale."""
    distinct = set(values)
    numeric = all(NUMBER.fullmatch(value) for value in distinct)
    return len(distinct) > 2 and numeric and not is_scale(values)


def is_choice(column: str, cells: Sequence[str]) -> bool:
    """Whether the cells are a few short answers that come again, in a column not meant for words.

    Of a handful of rows nothing comes again, so two different answers are taken for a choice.
    """
    distinct = set(cells)
    if any(word in column.lower() for word in FREE):
        return False
    short = all(len(c) <= CODE_LENGTH and len(c.split()) <= WORDY for c in distinct)
    few = len(distinct) <= 2 or (len(distinct) <= MOST_OPTIONS and 2 * len(distinct) <= len(cells))
    return short and few
