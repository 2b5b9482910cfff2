"""What the demo found where nothing was taught: how far rationales meet what was marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.cli.estimates_view import alignment_tables
from pipeline.cli.shared import console, escaped, print_notes, print_table

if TYPE_CHECKING:
    from pipeline.align import Aligned


def print_alignment(done: Aligned) -> None:
    """The first table of `konkyo align`, which prints them all."""
    console(stderr=False).print(
        f"\n[bold]Does the model look where people look?[/] Campaign {escaped(done.of)}; "
        f"konkyo align {escaped(done.of)} says more",
        soft_wrap=True,
    )
    title, columns, rows = alignment_tables(done.result.estimates, done.result.noun)[0]
    print_table(title, columns, rows, numbers=len(columns) - 1)
    print_notes([], done.result.excluded)
