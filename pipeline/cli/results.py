"""Commands of the panel *results*: agreement, aggregate, report; `align` has a file of its own.

The first two also work on plain files, without any project.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.plots_view import PlotsOption, draw
from pipeline.cli.shared import (
    ConfigOption,
    DbOption,
    JsonOption,
    RunOption,
    SeedOption,
    console,
    print_json,
    print_notes,
    print_table,
    project,
    refuse_given,
)

PANEL = "Results"
FILE_JUDGEMENTS = ("unit", "value", "worker")
FILE_SETS = ("level", "duplicates", "distance", "empty_set")
FILE_CONSENSUS = ("gold", "first", "second", "tie")

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
OverOption = Annotated[
    list[str] | None,
    typer.Option(help="What is drawn again: units, workers, both (default: all three)."),
]

DuplicatesOption = Annotated[
    str, typer.Option(help="File: a worker who judged a unit twice: error, first or last.")
]
HumanOption = Annotated[
    Path | None, typer.Option(help="Files: who marked what (JSON lines or ERASER folder).")
]
FormatOption = Annotated[str, typer.Option(help="Files: format of --human.")]
GoldPolicyOption = Annotated[str, typer.Option(help="each, union, majority, intersection or soft.")]


def register(app: typer.Typer) -> None:
    """Add the panel's commands."""
    for command in (agreement, aggregate):
        app.command(command.__name__, rich_help_panel=PANEL)(command)


def register_report(app: typer.Typer) -> None:
    """Add `report`, which stands last in its panel."""
    app.command("report", rich_help_panel=PANEL)(report)


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
    from pipeline.tables import is_table

    overs = overs_named(over or ())
    if target is None or not is_table(target):
        refuse_given(context, "files", "a campaign", *FILE_JUDGEMENTS, *FILE_SETS)
    elif level != "set":
        refuse_given(context, "answers that are sets (--level set)", f"--level {level}", "distance")
    choice = choice_named(coefficient or (), weights, distance)
    check_folder(plots)
    drawn = None
    if target is not None and is_table(target):
        found = agreement_of_file(
            Path(target),
            level,
            with_analysis(config, bootstrap),
            unit=unit,
            value=value,
            worker=worker,
            over=overs,
            duplicates=duplicates,
            seed=1 if seed is None else seed,
            choice=choice,
            empty_set=empty_set,
        )
        if plots is not None:
            drawn = plots_of_file(
                Path(target),
                level,
                {"unit": unit, "value": value, "worker": worker},
                with_analysis(config, bootstrap),
                seed=1 if seed is None else seed,
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
    from pipeline.tables import check_suffix, is_table, table_content

    if target is None or not is_table(target):
        refuse_given(context, "files", "a campaign", *FILE_JUDGEMENTS, *FILE_CONSENSUS)
    for path in (out, workers_out):
        if path is not None:
            check_suffix(path)
    if rationales_out is not None:
        check_rationales_suffix(rationales_out)
        if target is not None and is_table(target):
            raise UsageError("--rationales-out needs a campaign: a table holds no marks")
    outputs = {"--out": out, "--workers-out": workers_out, "--rationales-out": rationales_out}
    source = Path(target) if target is not None and is_table(target) else None
    check_targets(outputs, source)
    check_folder(plots)
    drawn = None
    if target is not None and is_table(target):
        done = named_of_file(
            Path(target),
            method,
            Columns(unit, value, worker, gold, first, second, tie),
            with_analysis(config, bootstrap),
            seed=1 if seed is None else seed,
            duplicates=duplicates,  # type: ignore[arg-type]  # checked where it is used
        )
        if plots is not None:
            drawn = consensus_plots_of_file(
                Path(target),
                results_of(done),
                {"unit": unit, "value": value, "worker": worker, "gold": gold},
                with_analysis(config, bootstrap),
                seed=1 if seed is None else seed,
            )
    else:
        with project(config, db, writes=True) as opened:
            done = named_of_campaign(
                opened, target, method, seed, need_rationales=rationales_out is not None
            )
            if plots is not None:
                drawn = consensus_plots_of_campaign(opened, target, results_of(done), seed)
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
