"""What a command with `--plots` says of the files it wrote."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.shared import escaped, say

if TYPE_CHECKING:
    from pipeline.plots import Plots

PlotsOption = Annotated[
    Path | None,
    typer.Option("--plots", help="Write plots (SVG, PDF) and their captions into this folder."),
]


def draw(folder: Path | None, plots: Plots | None) -> None:
    """Write the plots, if any were asked for; name the files, and what was left out, on stderr."""
    if folder is None or plots is None:
        return
    from pipeline.plots import write_plots

    written: dict[str, list[str]] = {}
    done = write_plots(folder, plots)
    for path in done.files:
        written.setdefault(path.stem.removesuffix("-wide"), []).append(path.name)
    for names in written.values():
        say(f"[dim]written to {escaped(str(folder))}: {escaped(', '.join(names))}[/]")
    if done.missing:
        say(
            f"[dim]no installed font has the letters {escaped(done.missing[:40])}: boxes stand for "
            "them; install one (Noto Sans CJK has most) and draw again[/]"
        )
    for words in plots.left_out:
        say(f"[dim]{escaped(words)}[/]")
