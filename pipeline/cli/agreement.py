"""The command `agreement` of the panel *results*: on a campaign, or on a plain file."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from pipeline.cli.plots_view import PlotsOption, draw
from pipeline.cli.results_shared import (
    FILE_JUDGEMENTS,
    PANEL,
    BootstrapOption,
    DuplicatesOption,
    TargetArgument,
    UnitOption,
    ValueOption,
    WorkerOption,
    table_file,
)
from pipeline.cli.shared import (
    ConfigOption,
    DbOption,
    JsonOption,
    SeedOption,
    print_json,
    print_notes,
    print_table,
    project,
    refuse_given,
)

FILE_SETS = ("level", "duplicates", "distance", "empty_set")

OverOption = Annotated[
    list[str] | None,
    typer.Option(help="What is drawn again: units, workers, both (default: all three)."),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("agreement", rich_help_panel=PANEL)(agreement)


def agreement(
    context: typer.Context,
    target: TargetArgument = None,
    unit: UnitOption = "unit",
    value: ValueOption = "value",
    worker: WorkerOption = None,
    level: Annotated[
        str, typer.Option(help="File: nominal, ordinal, interval, ratio or set.")
    ] = "nominal",
    coefficient: Annotated[
        list[str] | None,
        typer.Option(
            help="krippendorff (default), gwet_ac1, gwet_ac2, fleiss, cohen, icc; of marks tokens "
            "(default), unitizing, gamma. Repeat for several."
        ),
    ] = None,
    weights: Annotated[
        str | None,
        typer.Option(
            help="gwet_ac2, fleiss, cohen: identity, ordinal, linear or quadratic (default: by "
            "level)."
        ),
    ] = None,
    distance: Annotated[str, typer.Option(help="Level set: jaccard or masi.")] = "jaccard",
    empty_set: Annotated[
        bool,
        typer.Option("--empty-set", help="File, level set: an empty cell is nothing chosen."),
    ] = False,
    over: OverOption = None,
    duplicates: DuplicatesOption = "error",
    plots: PlotsOption = None,
    bootstrap: BootstrapOption = None,
    seed: SeedOption = None,
    config: ConfigOption = None,
    db: DbOption = None,
    json: JsonOption = False,
) -> None:
    """Do people agree? Krippendorff's alpha with intervals over units, workers and both."""
    from pipeline.agreement import (
        agreement_of_campaign,
        agreement_of_file,
        choice_named,
        overs_named,
    )
    from pipeline.cli.estimates_view import estimate_notes, interval_rows
    from pipeline.config import with_analysis
    from pipeline.plots import check_folder, plots_of_campaign, plots_of_file

    overs = overs_named(over or ())
    path = table_file(target)
    if path is None:
        refuse_given(context, "files", "a campaign", *FILE_JUDGEMENTS, *FILE_SETS)
    else:
        refuse_given(context, "campaigns", "a file", "db")
        if worker is None:
            refuse_given(context, "workers", "a file without --worker", "duplicates")
        if level != "set":
            sets = "answers that are sets (--level set)"
            refuse_given(context, sets, f"--level {level}", "distance")
    choice = choice_named(coefficient or (), weights, distance)
    check_folder(plots)
    drawn = None
    if path is not None:
        settings = with_analysis(config, bootstrap)
        seed = 1 if seed is None else seed
        found = agreement_of_file(
            path,
            level,
            settings,
            unit=unit,
            value=value,
            worker=worker,
            over=overs,
            duplicates=duplicates,
            seed=seed,
            choice=choice,
            empty_set=empty_set,
        )
        if plots is not None:
            drawn = plots_of_file(
                path,
                level,
                {"unit": unit, "value": value, "worker": worker},
                settings,
                seed=seed,
                duplicates=duplicates,
            )
    else:
        with project(config, db) as opened:
            found = agreement_of_campaign(
                opened, target, over=overs, bootstrap=bootstrap, seed=seed, choice=choice
            )
            if plots is not None:
                drawn = plots_of_campaign(opened, target, seed=seed, bootstrap=bootstrap)
    draw(plots, drawn)
    if json:
        print_json(
            "agreement",
            estimates=[asdict(e) for e in found.estimates],
            excluded=found.excluded,
            notes=found.notes,
        )
        return
    columns, rows = interval_rows(found.estimates)
    print_table(f"Agreement, {found.of}", columns, rows, numbers=3)
    print_notes([*found.notes, *estimate_notes(found.estimates)], found.excluded)
