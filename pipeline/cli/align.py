"""The command `align` of the panel *results*: on a campaign, or on plain files."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.results_shared import (
    PANEL,
    BootstrapOption,
    FormatOption,
    GoldPolicyOption,
    HumanOption,
)
from pipeline.cli.shared import (
    ConfigOption,
    DbOption,
    JsonOption,
    RunOption,
    SeedOption,
    print_json,
    print_notes,
    print_table,
    project,
    refuse_given,
)

PLAIN = ("each", "instance", "macro", "position")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("align", rich_help_panel=PANEL)(align)


def align(
    context: typer.Context,
    campaign: Annotated[
        str | None, typer.Argument(help="The campaign (default: the only one with marks).")
    ] = None,
    human: HumanOption = None,
    model: Annotated[
        Path | None, typer.Option(help="Files: the model's scores (JSON lines).")
    ] = None,
    format: FormatOption = "jsonl",
    gold_policy: GoldPolicyOption = "each",
    k: Annotated[
        str, typer.Option(help="Cut maps at: instance, mean, a whole number, a share below 1.")
    ] = "instance",
    average: Annotated[str, typer.Option(help="Scores at a cut: macro or micro.")] = "macro",
    ties: Annotated[
        str, typer.Option(help="Equal scores at the cut: position or expected.")
    ] = "position",
    chunk: Annotated[
        int | None, typer.Option(min=1, help="Files: hold only so many texts at a time (jsonl).")
    ] = None,
    compat: Annotated[
        str | None, typer.Option(help="Files: a published protocol: eraser, ferret, hatexplain.")
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(help="A campaign in parts: length, label, correct (of the model) or worker."),
    ] = None,
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
    from pipeline.align import align_campaign, align_files, how_named
    from pipeline.align_chunks import align_in_chunks
    from pipeline.cli.compat_view import show_compat
    from pipeline.cli.estimates_view import alignment_tables
    from pipeline.cli.strata_view import show_strata
    from pipeline.compat import align_as
    from pipeline.config import with_analysis
    from pipeline.strata import strata_of_campaign

    if (human is None) != (model is None):
        raise UsageError("align on files needs both --human and --model")
    if human is None:
        refuse_given(context, "files", "a campaign", "format")
    elif compat is None:
        refuse_given(context, "campaigns", "files", "db")
    else:
        refuse_given(context, "campaigns and settings", f"--compat {compat}", "db", "config")
    if compat is not None:
        plain = (gold_policy, average, ties, chunk, by, bootstrap, seed)
        if human is None or model is None or campaign or run:
            raise UsageError("--compat works on files: give --human and --model")
        if plain != ("each", "macro", "position", None, None, None, None):
            raise UsageError(
                "--compat fixes golds, means and ties, draws nothing and takes no chunks"
            )
        show_compat(align_as(compat, human, model, format, split=split, k=k), json=json)
        return
    if by is not None:
        if human is not None or split or chunk or (gold_policy, k, average, ties) != PLAIN:
            raise UsageError("--by takes a campaign and --run; golds, k, means and ties are plain")
        with project(config, db) as opened:
            parted = strata_of_campaign(
                opened, campaign, by, run=run, bootstrap=bootstrap, seed=seed
            )
        show_strata(parted, json=json)
        return
    if human is not None and (campaign or run or split):
        raise UsageError("align works on a campaign or on files: --human and --model stand alone")
    if chunk is not None and (human is None or format != "jsonl"):
        raise UsageError("--chunk works on files in the format jsonl, given by --human and --model")
    how = how_named(gold_policy, k, average, ties)
    if human is not None and model is not None and chunk is not None:
        found = align_in_chunks(
            human,
            model,
            with_analysis(config, bootstrap),
            chunk,
            how=how,
            seed=1 if seed is None else seed,
        )
    elif human is not None and model is not None:
        found = align_files(
            human,
            model,
            format,
            with_analysis(config, bootstrap),
            how=how,
            seed=1 if seed is None else seed,
        )
    else:
        with project(config, db) as opened:
            found = align_campaign(
                opened,
                campaign,
                run=run,
                how=how,
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
            k=how.k,
            average=how.average,
            ties=how.ties,
            unit=found.result.noun,
            contracts=[asdict(contract) for contract in found.result.contracts],
            estimates=[asdict(e) for e in found.result.estimates],
            excluded=found.result.excluded,
            notes=found.result.notes,
        )
        return
    for title, columns, rows in alignment_tables(found.result.estimates, found.result.noun):
        print_table(title, columns, rows, numbers=len(columns) - 1)
    about = [contract.line() for contract in found.result.contracts]
    print_notes([f"gold policy: {gold_policy}", *found.result.notes, *about], found.result.excluded)
