"""Commands of the panel *results*: agreement, aggregate, align, report.

The first three also work on plain files, without any project.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

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
)

PANEL = "Results"

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


def register(app: typer.Typer) -> None:
    """Add the panel's commands."""
    for command in (agreement, aggregate, align, report):
        app.command(command.__name__, rich_help_panel=PANEL)(command)


def agreement(
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
            "(default), unitizing. Repeat for several."
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
    duplicates: Annotated[
        str, typer.Option(help="File: a worker who judged a unit twice: error, first or last.")
    ] = "error",
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
    from pipeline.tables import is_table

    overs = overs_named(over or ())
    choice = choice_named(coefficient or (), weights, distance)
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
    else:
        with project(config, db) as opened:
            found = agreement_of_campaign(
                opened, target, over=overs, bootstrap=bootstrap, seed=seed, choice=choice
            )
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
    first: Annotated[
        str | None, typer.Option(help="File, comparisons: the column of what was shown first.")
    ] = None,
    second: Annotated[
        str | None, typer.Option(help="File, comparisons: the column of what was shown second.")
    ] = None,
    tie: Annotated[
        str, typer.Option(help="File, comparisons: how a tie is written in --value.")
    ] = "tie",
    bootstrap: BootstrapOption = None,
    seed: SeedOption = None,
    config: ConfigOption = None,
    db: DbOption = None,
    json: JsonOption = False,
) -> None:
    """One answer out of many; for a campaign the consensus and soft rationales are stored."""
    from pipeline.aggregate_named import Columns, named_of_campaign, named_of_file
    from pipeline.cli.aggregate_view import aggregate_tables
    from pipeline.cli.estimates_view import estimate_notes
    from pipeline.config import with_analysis
    from pipeline.tables import check_suffix, is_table, write_table

    for path in (out, workers_out):
        if path is not None:
            check_suffix(path)
    if target is not None and is_table(target):
        done = named_of_file(
            Path(target),
            method,
            Columns(unit, value, worker, gold, first, second, tie),
            with_analysis(config, bootstrap),
            seed=1 if seed is None else seed,
        )
    else:
        with project(config, db, writes=True) as opened:
            done = named_of_campaign(opened, target, method, seed)
    if out is not None:
        write_table(out, done.table())
    if workers_out is not None:
        write_table(workers_out, done.workers())
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
    if stored := done.document()["stored"]:
        console(stderr=False).print(f"{stored} human rationales stored")
    print_notes([*done.notes, *estimate_notes(done.estimates)], done.excluded)


def align(
    campaign: Annotated[
        str | None, typer.Argument(help="The campaign (default: the only one with marks).")
    ] = None,
    human: Annotated[
        Path | None, typer.Option(help="Files: who marked what (JSON lines or ERASER folder).")
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="Files: the model's scores (JSON lines).")
    ] = None,
    format: Annotated[str, typer.Option(help="Files: format of --human.")] = "jsonl",
    gold_policy: Annotated[
        str, typer.Option(help="each, union, majority, intersection or soft.")
    ] = "each",
    run: RunOption = None,
    split: Annotated[str | None, typer.Option(help="Only instances of this split.")] = None,
    bootstrap: BootstrapOption = None,
    seed: SeedOption = None,
    config: ConfigOption = None,
    db: DbOption = None,
    json: JsonOption = False,
) -> None:
    """Does the model look where people look? Per explainer, beside floors and people."""
    from db.errors import UsageError
    from pipeline.align import align_campaign, align_files
    from pipeline.cli.estimates_view import alignment_tables
    from pipeline.config import with_analysis

    if (human is None) != (model is None):
        raise UsageError("align on files needs both --human and --model")
    if human is not None and (campaign or run or split):
        raise UsageError("align works on a campaign or on files: --human and --model stand alone")
    if human is not None and model is not None:
        found = align_files(
            human,
            model,
            format,
            with_analysis(config, bootstrap),
            gold_policy=gold_policy,
            seed=1 if seed is None else seed,
        )
    else:
        with project(config, db) as opened:
            found = align_campaign(
                opened,
                campaign,
                run=run,
                gold_policy=gold_policy,
                split=split,
                bootstrap=bootstrap,
                seed=seed,
            )
    if json:
        print_json(
            "align",
            of=found.of,
            run=found.run,
            gold_policy=gold_policy,
            estimates=[asdict(e) for e in found.result.estimates],
            excluded=found.result.excluded,
            notes=found.result.notes,
        )
        return
    for title, columns, rows in alignment_tables(found.result.estimates):
        print_table(title, columns, rows, numbers=len(columns) - 1)
    print_notes([f"gold policy: {gold_policy}", *found.result.notes], found.result.excluded)


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
