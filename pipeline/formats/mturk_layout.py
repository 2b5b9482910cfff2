"""Which column of a Mechanical Turk results file is what.

Mechanical Turk writes `Input.*` for what a page was given and `Answer.*` for what it sent back,
beside columns of its own. Only the answer that holds the marked-up tokens shows itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from db.errors import ImportFailed
from pipeline.formats.base import ReadOptions
from pipeline.formats.options import refuse_options
from pipeline.formats.table import Row, Table

INPUT, ANSWER = "Input.", "Answer."
CHOICES = ("yes", "no", "idk")


@dataclass(frozen=True)
class Layout:
    """Columns by their role; None where the file has none.

    `marks`: the answer with one `<span>` a token; `question`: the answer yes, no or idk;
    `answers`: all answers; `attributes`: inputs other than text, pair, label and split.
    """

    text: str
    marks: str
    question: str | None
    label: str | None
    split: str | None
    worker: str | None
    status: str | None
    answers: tuple[str, ...]
    attributes: tuple[str, ...]


def find_layout(table: Table, rows: Sequence[Row], options: ReadOptions) -> Layout:
    """Find the columns; one that is missing is an `ImportFailed` that lists those there are."""
    refuse_options(options, ("text_pair",), "mturk")
    header = table.header
    text = table.require(options.text or INPUT + "text")
    label = _optional(table, options.label, INPUT + "label")
    split = _optional(table, options.split, INPUT + "split")
    answers = tuple(name for name in header if name.startswith(ANSWER))
    marks = _marks(table, rows, answers, options.rationale)
    inputs = [name for name in header if name.startswith(INPUT)]
    return Layout(
        text,
        marks,
        _question(rows, [name for name in answers if name != marks]),
        label,
        split,
        "WorkerId" if "WorkerId" in header else None,
        "AssignmentStatus" if "AssignmentStatus" in header else None,
        answers,
        tuple(name for name in inputs if name not in (text, label, split)),
    )


def _optional(table: Table, named: str | None, usual: str) -> str | None:
    if named is not None:
        return table.require(named)
    return usual if usual in table.header else None


def _marks(table: Table, rows: Sequence[Row], answers: Sequence[str], named: str | None) -> str:
    """The answer that holds `<span>` tokens: named by the user, or the only one that does."""
    if named is not None:
        return table.require(named)
    found = [name for name in answers if any("<span" in row.cells[name] for row in rows)]
    if len(found) == 1:
        return found[0]
    raise ImportFailed(table.path, 1, _no_marks(found, table.header))


def _no_marks(found: Sequence[str], header: Sequence[str]) -> str:
    if found:
        return (
            f"several columns hold <span> tokens ({', '.join(found)}); name the one to read "
            "as the rationale"
        )
    return (
        "no Answer.* column holds one <span> a token, which is how this format reads marks; "
        f"the columns are: {', '.join(map(repr, header))}"
    )


def _question(rows: Sequence[Row], candidates: Sequence[str]) -> str | None:
    """The one answer column of which every answer is yes, no, idk or nothing."""
    found = [
        name
        for name in candidates
        if {row.cells[name].strip().lower() for row in rows} - {""} <= set(CHOICES)
        and any(row.cells[name].strip() for row in rows)
    ]
    return found[0] if len(found) == 1 else None


def label_names(
    path: Path, rows: Sequence[Row], layout: Layout, labels: Sequence[str]
) -> dict[str, str]:
    """The label that each choice stands for: yes, no, idk in the order of `labels`.

    Without `labels`, yes is "1", no is "0" and idk "unsure", if the data's own labels are 0 and 1.
    """
    names = tuple(labels) or ("1", "0")
    own = {row.cells[layout.label] for row in rows} - {""} if layout.label else set()
    if len(names) < 2 or (not labels and not own <= {"0", "1"}):
        problem = (
            f"answers are yes, no and idk while labels are {', '.join(map(repr, sorted(own)))}; "
            "give the labels in this order: what yes means, what no means, what idk means"
        )
        raise ImportFailed(path, None, problem)
    return dict(zip(CHOICES, (*names, "unsure") if len(names) == 2 else names, strict=False))
