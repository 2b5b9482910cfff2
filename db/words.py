"""How numbers of things, and values out of tables, stand in sentences.

Every message, note and report counts with `counted`, and quotes a value of a table with `shown`;
an error about a name that is not there ends with `near_miss`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def counted(value: int, one: str, many: str = "") -> str:
    """A count with its noun: `1 tie`, `2 ties`; `many` where an s does not make the plural.

    A verb may follow the noun in both: `counted(n, "unit is", "units are")`.
    """
    return f"{value:,} {one if value == 1 else many or one + 's'}"


def near_miss(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'known'?`, where something known looks like `name`; else nothing."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def shown(value: object) -> str:
    """A value as a person would write it: text in quotes ('yes'), all else as it prints.

    The type is never told: 3 is not np.int64(3), 2.5 is not Decimal('2.5'), and a day is not
    Timestamp('2024-05-01 …'). A number with a point keeps 15 digits, and a whole one loses it.
    """
    if isinstance(value, float):
        return f"{value:.15g}"
    return repr(value) if isinstance(value, (str, bytes, list, tuple, dict, set)) else str(value)
