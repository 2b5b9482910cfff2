"""The command *export* of the panel *data*: a dataset to give away, or one campaign in a format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from db.words import counted
from pipeline.cli.shared import (
    ConfigOption,
    DbOption,
    JsonOption,
    RunOption,
    console,
    escaped,
    print_json,
    print_notes,
    project,
    say,
)

if TYPE_CHECKING:
    from pipeline.release.release import Released
    from pipeline.release.single import Exported

PANEL = "Data"
RELEASE = "release"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export", rich_help_panel=PANEL)(export)


def export(
    format: Annotated[
        str,
        typer.Argument(help="release, or jsonl, csv, parquet, hf, eraser, label_studio, masks."),
    ],
    path: Annotated[Path, typer.Argument(help="The folder or file to write.")],
    campaign: Annotated[
        list[str] | None,
        typer.Option(help="Which campaign; a release takes several (repeat the option)."),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Of the release: workers' names depend on it.")
    ] = None,
    license: Annotated[
        str | None, typer.Option(help="release: its licence; without, it says: not stated.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="release: of the texts, as BCP 47 has it, such as en.")
    ] = None,
    about: Annotated[
        Path | None, typer.Option(help="release: Markdown on what the texts are and whose.")
    ] = None,
    tables: Annotated[
        str | None, typer.Option(help="release: parquet or jsonl (default: parquet).")
    ] = None,
    texts: Annotated[
        bool, typer.Option("--texts", help="Release answers in workers' own words too.")
    ] = False,
    redact: Annotated[
        bool, typer.Option("--redact", help="Block out what could tell who a worker is.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="release: replace a folder that is another's.")
    ] = False,
    run: RunOption = None,
    config: ConfigOption = None,
    db: DbOption = None,
    json: JsonOption = False,
) -> None:
    """Write a dataset that others may have: no ids of workers, no times, whole or not at all."""
    from pipeline.release.request import FormatRequest, ReleaseRequest
    from pipeline.release.single import export_format

    if format == RELEASE:
        from pipeline.release.release import export_release

        _alone(
            {"--run": run}, "a release holds the rationales that people were shown; leave {} out"
        )
        request = ReleaseRequest(
            path,
            tuple(campaign or ()),
            name=name,
            license=license,
            language=language,
            about=about,
            texts=texts,
            redact=redact,
            force=force,
            suffix=tables or "parquet",
        )
        with project(config, db) as opened:
            _say_release(export_release(opened, request), json)
        return
    only = {"--license": license, "--language": language, "--about": about, "--tables": tables}
    _alone({**only, "--force": force or None}, "{} goes with a release alone; leave it out")
    one = FormatRequest(format, path, _one(campaign), name, run, texts, redact)
    with project(config, db) as opened:
        _say_format(format, export_format(opened, one), json)


def _alone(options: dict[str, object], problem: str) -> None:
    """UsageError for the first option that was given and does not go here."""
    from db.errors import UsageError

    for option, value in options.items():
        if value is not None:
            raise UsageError(problem.format(option))


def _one(campaigns: list[str] | None) -> str | None:
    from db.errors import UsageError

    if campaigns and len(campaigns) > 1:
        raise UsageError("a single format takes one campaign; export several as a release")
    return campaigns[0] if campaigns else None


def _say_release(made: Released, json: bool) -> None:
    if json:
        print_json(
            "export",
            release=made.name,
            path=made.folder,
            campaigns=made.campaigns,
            people=made.people,
            rows=dict(made.rows),
            redacted=dict(made.redacted),
            excluded=dict(made.excluded),
            notes=list(made.notes),
        )
        return
    out = console(stderr=False)
    out.print(f"release {escaped(made.name)}: {escaped(str(made.folder))}", soft_wrap=True)
    for table, rows in made.rows.items():
        out.print(f"  {table}: {rows}")
    _say_rest(made)


def _say_format(format: str, made: Exported, json: bool) -> None:
    if json:
        print_json(
            "export",
            format=format,
            path=made.path,
            campaign=made.campaign,
            people=made.people,
            records=made.records,
            redacted=dict(made.redacted),
            excluded=dict(made.excluded),
            notes=list(made.notes),
        )
        return
    out = console(stderr=False)
    out.print(
        f"{escaped(made.campaign)} as {format}: {counted(made.records, 'record')} in "
        f"{escaped(str(made.path))}",
        soft_wrap=True,
    )
    _say_rest(made)


def _say_rest(made: Released | Exported) -> None:
    """What was blocked out, left out, and what has to be known; loudly who answered."""
    if made.people != "workers":
        say(f"[bold]answered by {made.people}[/]")
    for what, count in made.redacted.items():
        console(stderr=False).print(f"  blocked out: {count} × {escaped(what)}", soft_wrap=True)
    print_notes(made.notes, made.excluded)
