"""The command `compare` of the panel *results*: on campaigns, or on plain files."""

from __future__ import annotations

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
    SeedOption,
    print_json,
    print_notes,
    print_table,
    project,
    refuse_given,
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("compare", rich_help_panel=PANEL)(compare)


def compare(
    context: typer.Context,
    campaign: Annotated[
        str | None, typer.Argument(help="The campaign (default: the only one with judgements).")
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            help="explainer, run, objective (of what was marked) or condition (of what was judged); "
            "default: what the study has."
        ),
    ] = None,
    run: Annotated[
        list[str] | None,
        typer.Option(help="Model run, by the start of its id. Repeat for several."),
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(help="Alignment scores to compare (default: all). Repeat for several."),
    ] = None,
    baseline: Annotated[
        str | None, typer.Option(help="Compare all others with this one (default: all pairs).")
    ] = None,
    with_: Annotated[
        str | None,
        typer.Option(
            "--with",
            help="A highlight campaign: set what was said beside what was marked; of verify the "
            "campaign with the other question.",
        ),
    ] = None,
    human: HumanOption = None,
    model: Annotated[
        list[Path] | None,
        typer.Option(help="Files: scores of a model (JSON lines). Repeat for several."),
    ] = None,
    format: FormatOption = "jsonl",
    gold_policy: GoldPolicyOption = "each",
    bootstrap: BootstrapOption = None,
    seed: SeedOption = None,
    config: ConfigOption = None,
    db: DbOption = None,
    json: JsonOption = False,
) -> None:
    """Do two things differ? Explainers, runs, objectives, or the conditions of a study."""
    from db.errors import UsageError
    from pipeline.cli.compare_view import compare_document, compare_tables
    from pipeline.compare import Wanted, beside, compare_campaign, compare_files
    from pipeline.config import with_analysis

    wanted = Wanted(metric or (), baseline, run or (), gold_policy, bootstrap, seed)
    if (human is None) != (not model):
        raise UsageError("compare on files needs --human and one --model or more")
    if human is None:
        refuse_given(context, "files", "a campaign", "format")
    else:
        refuse_given(context, "campaigns", "files", "db")
    if human is not None and (campaign or by or with_):
        raise UsageError("compare works on campaigns or on files: --human and --model stand alone")
    if with_ is not None and by is not None:
        raise UsageError("--with compares what was said with what was marked; leave out --by")
    if human is not None:
        found = compare_files(human, model or (), format, with_analysis(config, bootstrap), wanted)
    else:
        with project(config, db) as opened:
            if with_ is not None:
                found = beside(opened, campaign, with_, wanted)
            else:
                found = compare_campaign(opened, campaign, by, wanted)
    if json:
        print_json("compare", **compare_document(found))
        return
    for title, columns, rows, numbers in compare_tables(found):
        print_table(title, columns, rows, numbers=numbers)
    print_notes(found.result.notes, found.result.excluded)
