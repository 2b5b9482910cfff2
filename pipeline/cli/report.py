"""The command `report` of the panel *results*: one page about a study."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.results_shared import PANEL
from pipeline.cli.shared import ConfigOption, DbOption, RunOption, console, project


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("report", rich_help_panel=PANEL)(report)


def report(
    campaign: Annotated[
        str | None, typer.Argument(help="The campaign (default: the only one with judgements).")
    ] = None,
    run: RunOption = None,
    out: Annotated[Path, typer.Option(help="Where to write the page.")] = Path("report.html"),
    config: ConfigOption = None,
    db: DbOption = None,
) -> None:
    """One self-contained HTML page about a study: people, agreement, alignment, teaching."""
    from pipeline.report import write_report

    with project(config, db) as opened:
        path = write_report(opened, campaign, out, run=run)
    console(stderr=False).print(str(path), soft_wrap=True)
