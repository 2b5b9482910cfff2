"""A teaching experiment on the terminal: what changed, and what may be said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db.words import counted
from pipeline.cli.estimates_view import teaching_tables
from pipeline.cli.shared import console, escaped, print_notes, print_table

if TYPE_CHECKING:
    from pipeline.experiment import Experiment


def print_experiment(done: Experiment) -> None:
    """Two tables, a sentence for every comparison, and the notes."""
    out = console(stderr=False)
    out.print(
        f"\n[bold]What changed[/]: {counted(done.n_seeds, 'seed')} on campaign {escaped(done.campaign.name)}, "
        f"human term weighted {done.weight:g}{', by certainty' if done.certainty else ''}; "
        f"labels: {done.labels}",
        soft_wrap=True,
    )
    for title, columns, rows in teaching_tables(done.table):
        print_table(title, columns, rows, numbers=len(columns) - 1)
    for sentence in done.sentences:
        out.print(escaped(sentence), soft_wrap=True)
    print_notes(done.table.notes, done.excluded)
