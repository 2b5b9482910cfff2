"""Which options of `konkyo aggregate` a target and a method have no use for: they are refused."""

from __future__ import annotations

from pathlib import Path

import typer

from pipeline.cli.results_shared import FILE_JUDGEMENTS
from pipeline.cli.shared import refuse_given

FILE_CONSENSUS = ("gold", "first", "second", "tie", "duplicates")


def refuse_idle(
    context: typer.Context,
    of_file: bool,
    method: str,
    worker: str | None,
    gold: str | None,
    plots: Path | None,
) -> None:
    """Refuse, by name, every option that was given and would change nothing: exit code 2."""
    from pipeline.aggregate_named import draws_by_chance, has_labels, of_pairs

    named = f"--method {method}"
    if not of_file:
        refuse_given(context, "files", "a campaign", *FILE_JUDGEMENTS, *FILE_CONSENSUS)
    else:
        refuse_given(context, "campaigns", "a file", "db")
        if worker is None:
            refuse_given(context, "workers", "a file without --worker", "duplicates")
        if not of_pairs(method):
            refuse_given(context, "comparisons of two", named, "tie")
    intervals = has_labels(method) and (gold is not None or plots is not None)
    if not intervals:
        without = (
            named if not has_labels(method) else "a consensus that is neither scored nor drawn"
        )
        refuse_given(context, "bootstrap intervals", without, "bootstrap")
    if not intervals and not draws_by_chance(method):
        refuse_given(context, "what is drawn by chance", f"{named}, which draws nothing", "seed")
