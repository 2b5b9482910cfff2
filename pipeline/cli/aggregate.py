"""The command `aggregate` of the panel *results*: on a campaign, or on a plain file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.aggregate_options import refuse_idle
from pipeline.cli.plots_view import PlotsOption, draw
from pipeline.cli.results_shared import (
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
    console,
    print_json,
    print_notes,
    print_table,
    project,
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("aggregate", rich_help_panel=PANEL)(aggregate)


def aggregate(
    context: typer.Context,
    target: TargetArgument = None,
    method: Annotated[
        str, typer.Option(help="A method's name (see docs), or all: every one for labels.")
    ] = "majority",
    unit: UnitOption = "unit",
    value: ValueOption = "value",
    worker: WorkerOption = None,
    gold: Annotated[
        str | None, typer.Option(help="File: the column of the known answer, to score against.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write the consensus here (.csv, .jsonl, .parquet).")
    ] = None,
    workers_out: Annotated[
        Path | None, typer.Option(help="Write what is known of each worker here, likewise.")
    ] = None,
    rationales_out: Annotated[
        Path | None, typer.Option(help="Campaign: write soft rationales here (.jsonl, .parquet).")
    ] = None,
    first: Annotated[
        str | None, typer.Option(help="File, comparisons: the column of what was shown first.")
    ] = None,
    second: Annotated[
        str | None, typer.Option(help="File, comparisons: the column of what was shown second.")
    ] = None,
    tie: Annotated[
        str, typer.Option(help="File, comparisons: how a tie is written in --value.")
    ] = "tie",
    duplicates: DuplicatesOption = "error",
    plots: PlotsOption = None,
    bootstrap: BootstrapOption = None,
    seed: SeedOption = None,
    config: ConfigOption = None,
    db: DbOption = None,
    json: JsonOption = False,
) -> None:
    """One answer out of many; for a campaign the consensus and soft rationales are stored."""
    from db.errors import UsageError
    from pipeline.aggregate_named import (
        Columns,
        named_of_campaign,
        named_of_file,
        soft_rationales,
    )
    from pipeline.cli.aggregate_view import aggregate_tables, stored_lines
    from pipeline.cli.estimates_view import estimate_notes
    from pipeline.config import with_analysis
    from pipeline.files import check_targets, write_whole
    from pipeline.plots import check_folder
    from pipeline.plots_of_consensus import (
        consensus_plots_of_campaign,
        consensus_plots_of_file,
        results_of,
    )
    from pipeline.rationale_files import check_rationales_suffix, write_rationales
    from pipeline.tables import check_suffix, table_content

    source = table_file(target)
    refuse_idle(context, source is not None, method, worker, gold, plots)
    for path in (out, workers_out):
        if path is not None:
            check_suffix(path)
    if rationales_out is not None:
        check_rationales_suffix(rationales_out)
        if source is not None:
            raise UsageError("--rationales-out needs a campaign: a table holds no marks")
    outputs = {"--out": out, "--workers-out": workers_out, "--rationales-out": rationales_out}
    check_targets(outputs, source)
    check_folder(plots)
    drawn = None
    if source is not None:
        settings = with_analysis(config, bootstrap)
        seed = 1 if seed is None else seed
        done = named_of_file(
            source,
            method,
            Columns(unit, value, worker, gold, first, second, tie),
            settings,
            seed=seed,
            duplicates=duplicates,  # type: ignore[arg-type]  # checked where it is used
        )
        if plots is not None:
            drawn = consensus_plots_of_file(
                source,
                results_of(done),
                {"unit": unit, "value": value, "worker": worker, "gold": gold},
                settings,
                seed=seed,
                duplicates=duplicates,  # type: ignore[arg-type]  # checked where it is used
            )
    else:
        with project(config, db, writes=True) as opened:
            done = named_of_campaign(
                opened, target, method, seed, need_rationales=rationales_out is not None
            )
            if plots is not None:
                drawn = consensus_plots_of_campaign(
                    opened, target, results_of(done), seed, bootstrap
                )
    contents = {
        path: table_content(path, made())
        for path, made in ((out, done.table), (workers_out, done.workers))
        if path is not None
    }
    draw(plots, drawn)
    for path, content in contents.items():
        write_whole(path, content)
    if rationales_out is not None:
        write_rationales(rationales_out, soft_rationales(done))
    if json:
        print_json(
            "aggregate",
            method=done.method,
            estimates=[asdict(e) for e in done.estimates],
            **done.document(),
            excluded=done.excluded,
            notes=done.notes,
        )
        return
    for title, columns, rows, numbers in aggregate_tables(done):
        print_table(title, columns, rows, numbers=numbers)
    for line in stored_lines(done):
        console(stderr=False).print(line)
    print_notes([*done.notes, *estimate_notes(done.estimates)], done.excluded)
