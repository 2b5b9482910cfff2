"""The command `faithfulness` of the panel *model*."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from db.errors import UsageError
from db.words import counted
from pipeline.cli.shared import (
    ConfigOption,
    DbOption,
    EngineOption,
    JsonOption,
    RunOption,
    console,
    print_json,
    print_notes,
    print_table,
    progress,
    project,
    say,
)

if TYPE_CHECKING:
    from pipeline.corruption import CorruptionResult
    from pipeline.faithfulness import Measured

PANEL = "Model"
AMOUNT = 0.2


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("faithfulness", rich_help_panel=PANEL)(faithfulness)


def faithfulness(
    explainer: Annotated[
        list[str] | None, typer.Option(help="Whose rationales (repeat for several).")
    ] = None,
    removal: Annotated[
        str | None,
        typer.Option(
            help="How units go: drop (default for texts), mask_token, mean_embedding (default else)."
        ),
    ] = None,
    split: Annotated[str | None, typer.Option(help="Only instances of this split.")] = None,
    sample: Annotated[
        int | None, typer.Option(min=1, help="Draw so many instances (default: all).")
    ] = None,
    compat: Annotated[str | None, typer.Option(help="Count as a paper does: carton clips.")] = None,
    infidelity: Annotated[
        bool, typer.Option("--infidelity", help="Infidelity and sensitivity too (slow).")
    ] = False,
    corruption: Annotated[
        bool, typer.Option("--corruption", help="Instead: is a replaced token found?")
    ] = False,
    amount: Annotated[
        float | None,
        typer.Option(help="Corruption: what the prediction must lose (default: 0.2)."),
    ] = None,
    gold: Annotated[
        Path | None, typer.Option(help="Corruption: write check items to this file.")
    ] = None,
    engine: EngineOption = None,
    run: RunOption = None,
    config: ConfigOption = None,
    db: DbOption = None,
    json: JsonOption = False,
) -> None:
    """Does the model use what its rationales say? Takes it away and measures again."""
    _check_together(corruption, (removal, compat, infidelity or None, engine), (amount, gold))
    explainers = tuple(explainer or ())
    if corruption:
        _corruption(explainers, split, sample, amount, gold, run, config, db, json)
    else:
        _removal(
            explainers,
            removal,
            split,
            sample,
            compat,
            infidelity,
            engine,
            run,
            config,
            db,
            json,
        )


def _check_together(
    corruption: bool, of_removal: tuple[object, ...], of_corruption: tuple[object, ...]
) -> None:
    if corruption and any(value is not None for value in of_removal):
        raise UsageError(
            "--removal, --compat, --infidelity and --engine say nothing about --corruption; leave "
            "them out"
        )
    if not corruption and any(value is not None for value in of_corruption):
        raise UsageError("--amount and --gold belong to --corruption; add it, or leave them out")


def _removal(
    explainers: tuple[str, ...],
    removal: str | None,
    split: str | None,
    sample: int | None,
    compat: str | None,
    infidelity: bool,
    engine: str | None,
    run: str | None,
    config: Path | None,
    db: str | None,
    json: bool,
) -> None:
    from pipeline.engines.opening import open_engine
    from pipeline.faithfulness import FaithfulnessRequest
    from pipeline.faithfulness import faithfulness as measure_all

    request = FaithfulnessRequest(run, explainers, removal, split, sample, compat, infidelity)
    with (
        project(config, db, writes=True) as opened,
        open_engine(opened.settings.engine, engine) as where,
        progress("probing") as update,
    ):
        done = measure_all(opened, request, update, where)
    if json:
        _print_document(done)
    else:
        _print_measured(done)


def _print_document(done: Measured) -> None:
    from dataclasses import asdict

    result = done.result
    print_json(
        "faithfulness",
        run=done.run.id,
        removal=done.removal,
        probes={"new": done.new, "known": done.known},
        estimates=[asdict(one) for one in result.estimates],
        contrasts=[asdict(one) for one in result.contrasts],
        excluded=dict(result.excluded),
        notes=result.notes,
    )


def _print_measured(done: Measured) -> None:
    from pipeline.cli.faithfulness_view import contrast_rows, faithfulness_tables

    out = console(stderr=False)
    out.print(
        f"run [bold]{done.run.id}[/]: {counted(done.n_instances, 'instance')}, removal {done.removal}; "
        f"probes: {done.new} new, {done.known} known already",
        soft_wrap=True,
    )
    for title, columns, rows in faithfulness_tables(done.result, done.removal):
        print_table(title, columns, rows, numbers=len(columns) - 1)
    columns, rows = contrast_rows(done.result)
    print_table("Against the random rationale (p by Holm)", columns, rows, numbers=2)
    print_notes(done.result.notes, done.result.excluded)


def _corruption(
    explainers: tuple[str, ...],
    split: str | None,
    sample: int | None,
    amount: float | None,
    gold: Path | None,
    run: str | None,
    config: Path | None,
    db: str | None,
    json: bool,
) -> None:
    from pipeline.corruption import CorruptionRequest
    from pipeline.corruption import corruption as corrupt_all
    from pipeline.gold_file import write_gold_of

    drop = AMOUNT if amount is None else amount
    request = CorruptionRequest(run, explainers, split, sample, drop)
    with project(config, db) as opened, progress("searching") as update:
        done = corrupt_all(opened, request, update)
        written = None if gold is None else write_gold_of(opened, gold, done.corrupted)
    if json:
        _print_corruption_document(done, written)
    else:
        _print_corruption(done)
    if gold is not None:
        say(f"{written} check items written to {gold}; read them before people do")


def _print_corruption_document(done: CorruptionResult, written: int | None) -> None:
    from dataclasses import asdict

    print_json(
        "faithfulness",
        run=done.run.id,
        corrupted=len(done.corrupted),
        searched=done.searched,
        gold=written,
        estimates=[asdict(one) for one in done.result.estimates],
        excluded=dict(done.result.excluded),
        notes=done.result.notes,
    )


def _print_corruption(done: CorruptionResult) -> None:
    from pipeline.cli.estimates_view import estimate_notes
    from pipeline.cli.faithfulness_view import corruption_rows

    out = console(stderr=False)
    out.print(
        f"run [bold]{done.run.id}[/]: a token replaced in {len(done.corrupted)} of "
        f"{counted(done.searched, 'text')}",
        soft_wrap=True,
    )
    columns, rows = corruption_rows(done.result)
    print_table("Is the replaced token found?", columns, rows, numbers=2)
    notes = [*done.result.notes, *estimate_notes(done.result.estimates)]
    print_notes(notes, done.result.excluded)
