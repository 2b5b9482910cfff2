"""`konkyo teach`: does training on what people marked help?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.model_shared import PANEL, LabelsOption, MethodOption
from pipeline.cli.plots_view import PlotsOption, draw
from pipeline.cli.shared import (
    ConfigOption,
    DbOption,
    EngineOption,
    JsonOption,
    print_json,
    progress,
    project,
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("teach", rich_help_panel=PANEL)(teach)


def teach(
    campaign: Annotated[
        str | None, typer.Argument(help="Whose rationales (default: the only one that has any).")
    ] = None,
    seeds: Annotated[int | None, typer.Option(min=2, help="How many seeds.")] = None,
    weight: Annotated[float | None, typer.Option(help="Weight of the human term.")] = None,
    labels: LabelsOption = None,
    method: MethodOption = None,
    certainty: Annotated[
        bool | None,
        typer.Option(
            "--certainty/--no-certainty",
            help="Let a text count in the human term by how sure its marks are.",
        ),
    ] = None,
    rationales: Annotated[
        str | None,
        typer.Option(help="How workers' marks become one: mean, or weighted by reliability."),
    ] = None,
    fraction: Annotated[
        list[float] | None,
        typer.Option(help="Teach with this fraction of the rationales too (repeatable)."),
    ] = None,
    engine: EngineOption = None,
    plots: PlotsOption = None,
    config: ConfigOption = None,
    db: DbOption = None,
    json: JsonOption = False,
) -> None:
    """Train again with what people marked, and measure before and after over several seeds."""
    from pipeline.cli.experiment_view import experiment_document, print_experiment
    from pipeline.teach import teach as teach_model
    from pipeline.teaching.lesson import TeachRequest

    request = TeachRequest(
        seeds=seeds,
        weight=weight,
        labels=labels,
        method=method,
        certainty=certainty,
        rationales=rationales,
        fractions=tuple(fraction or ()),
        engine=engine,
    )
    _check(plots)
    with project(config, db, writes=True) as opened, progress("training") as update:
        done = teach_model(opened, campaign, request, on_run=update)
    if json:
        print_json("teach", **experiment_document(done))
    else:
        print_experiment(done)
    if plots is not None:
        from pipeline.plots_of_teaching import plots_of_teaching

        draw(plots, plots_of_teaching(done))


def _check(plots: Path | None) -> None:
    """A folder for plots that is none is refused before hours of training."""
    if plots is not None:
        from pipeline.plots import check_folder

        check_folder(plots)
