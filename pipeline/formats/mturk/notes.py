"""What was met on the way through a results file, in words and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from db.words import counted

PLAIN = {
    "mark nothing": ("row marks nothing and is kept", "rows mark nothing and are kept"),
    "blank spans": (
        "row has blank spans, which were left out",
        "rows have blank spans, which were left out",
    ),
    "unescaped": (
        "row fits the text after its HTML escapes are read",
        "rows fit the text after its HTML escapes are read",
    ),
    "beside": (
        "time something else stands beside a unit than at first, which is kept",
        "times something else stands beside a unit than at first, which is kept",
    ),
}
"""What was met → what is said of one such row, and of several."""


def notes_of(
    met: Counter[tuple[str, str]], rows_of: Counter[str], first: Mapping[str, int]
) -> tuple[str, ...]:
    """The notes of an import: its shape, what was met in answers, where rows were set aside."""
    sizes = Counter(rows_of.values())
    shape = ", ".join(f"{count} with {size}" for size, count in sorted(sizes.items()))
    notes = [
        f"{counted(rows_of.total(), 'row')} of {counted(len(rows_of), 'text')} (rows a text: {shape})"
    ]
    notes += [counted(met[key, ""], *words) for key, words in PLAIN.items() if met[key, ""]]
    notes += [
        f"{counted(count, 'row leaves', 'rows leave')} {name!r} blank: it counts as not asked, and is no value"
        for (what, name), count in met.items()
        if what == "not asked" and count
    ]
    notes += [f"set aside ({reason}): first on line {line}" for reason, line in first.items()]
    return (*notes, *_agreement(met))


def _agreement(met: Counter[tuple[str, str]]) -> tuple[str, ...]:
    """How often the label agrees with the data, and a warning where it mostly does not."""
    agree, answered = met["agree", ""], met["answered", ""]
    if not answered:
        return ()
    doubt = "; is the order of the labels yes, no, idk?" if 2 * agree < answered else ""
    return (
        f"{agree} of {counted(answered, 'answer')} {'agrees' if agree == 1 else 'agree'} with the label of the data{doubt}",
    )
