"""What was met on the way through a results file, in words and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

PLAIN = {
    "rows mark nothing; they are kept": "rows mark nothing; they are kept",
    "blank spans": "rows have blank spans, which were left out",
    "unescaped": "rows fit the text after its HTML escapes are read",
    "beside": "times something else stands beside a unit than at first, which is kept",
}


def notes_of(
    met: Counter[tuple[str, str]], rows_of: Counter[str], first: Mapping[str, int]
) -> tuple[str, ...]:
    """The notes of an import: its shape, what was met in answers, where rows were set aside."""
    sizes = Counter(rows_of.values())
    shape = ", ".join(f"{count} with {size}" for size, count in sorted(sizes.items()))
    notes = [f"{rows_of.total()} rows of {len(rows_of)} texts (rows a text: {shape})"]
    notes += [f"{met[key, '']} {words}" for key, words in PLAIN.items() if met[key, ""]]
    notes += [
        f"{count} rows leave {name!r} blank: it counts as not asked, and is no value"
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
    return (f"{agree} of {answered} answers agree with the label of the data{doubt}",)
