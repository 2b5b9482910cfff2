"""What the commands of the panel *results* share: its name, and options that several take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

PANEL = "Results"
FILE_JUDGEMENTS = ("unit", "value", "worker")
"""Options of a table file; a campaign knows its own columns."""

TargetArgument = Annotated[
    str | None,
    typer.Argument(help="A campaign (default: the only one with judgements), or a table file."),
]
UnitOption = Annotated[str, typer.Option(help="File: the column of what was judged.")]
ValueOption = Annotated[str, typer.Option(help="File: the column of the answer.")]
WorkerOption = Annotated[
    str | None, typer.Option(help="File: the column of who judged (default: nobody is known).")
]
BootstrapOption = Annotated[
    int | None, typer.Option(min=0, max=100_000, help="Replicates behind every interval.")
]
DuplicatesOption = Annotated[
    str, typer.Option(help="File: a worker who judged a unit twice: error, first or last.")
]
HumanOption = Annotated[
    Path | None, typer.Option(help="Files: who marked what (JSON lines or ERASER folder).")
]
FormatOption = Annotated[str, typer.Option(help="Files: format of --human.")]
GoldPolicyOption = Annotated[str, typer.Option(help="each, union, majority, intersection or soft.")]


def table_file(target: str | None) -> Path | None:
    """The table file that was named, or None where a campaign was, or nothing."""
    from pipeline.tables import is_table

    return Path(target) if target is not None and is_table(target) else None
