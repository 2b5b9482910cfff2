"""What the demo found beside teaching: its rounds, and how far rationales meet what was marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.cli.estimates_view import alignment_tables
from pipeline.cli.shared import console, escaped, print_notes, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.align import Aligned
    from pipeline.demos.rounds import Round


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


def print_rounds(found: Sequence[Round]) -> None:
    """A line a round: what people saw and were paid, and what the model was after it."""
    columns = ("round", "selected by", "annotated", "spent", "test macro F1", "alignment")
    rows = [
        (
            one.number,
            one.by,
            one.annotated,
            f"{one.spent} {one.currency}",
            f"{one.macro_f1:.3f}",
            "undefined" if one.alignment is None else f"{one.alignment:.3f}",
        )
        for one in found
    ]
    print_table("Asked in rounds; alignment is the AUROC of attention", columns, rows, numbers=4)
