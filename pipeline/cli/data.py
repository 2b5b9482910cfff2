"""Commands of the panel *data*: init, import."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from db.words import counted
from pipeline.cli.shared import (
    ConfigOption,
    DbOption,
    JsonOption,
    console,
    escaped,
    print_json,
    project,
    say,
)

if TYPE_CHECKING:
    from pipeline.formats.base import ReadOptions

PANEL = "Data"


def register(app: typer.Typer) -> None:
    """Add the panel's commands."""
    app.command("init", rich_help_panel=PANEL)(init)
    app.command("import", rich_help_panel=PANEL)(import_)


def init(
    folder: Annotated[Path, typer.Argument(help="Where the project lives.")] = Path(),
    db: DbOption = None,
) -> None:
    """Write konkyo.toml, the database and the pseudonym key where they are missing."""
    from db.store.engine import public
    from pipeline.project import init_project

    made = init_project(folder, db)
    kept = "" if made.config_is_new else " (kept as it was)"
    say(f"settings: {escaped(str(made.config))}{kept}")
    say(f"database: {escaped(public(made.database))} (schema is current)")
    say(f"pseudonym key: {escaped(str(made.key))} (keep it; do not share it)")


def import_(
    format: Annotated[
        str,
        typer.Argument(
            help="jsonl, csv, parquet, hf, eraser, hatexplain, esnli, mturk, yelp_hat, "
            "label_studio, images, masks or rows."
        ),
    ],
    path: Annotated[Path, typer.Argument(help="The file or folder to read.")],
    name: Annotated[
        str | None,
        typer.Option(help="Name of the campaign that keeps the file's annotations."),
    ] = None,
    text: Annotated[str | None, typer.Option(help="Column or field of the text.")] = None,
    text_pair: Annotated[str | None, typer.Option(help="… of the second text.")] = None,
    label: Annotated[
        str | None, typer.Option(help="… of the label; label_studio: the control.")
    ] = None,
    split: Annotated[str | None, typer.Option(help="… of the split.")] = None,
    rationale: Annotated[
        str | None, typer.Option(help="… of the rationale; label_studio: the control.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="mturk: what its columns mean, a TOML file.")
    ] = None,
    propose: Annotated[
        bool, typer.Option("--propose", help="mturk: print a guessed mapping, import nothing.")
    ] = False,
    config: ConfigOption = None,
    db: DbOption = None,
    json: JsonOption = False,
) -> None:
    """Read instances, and the human rationales that come with them, all or nothing."""
    from pipeline.formats.base import ReadOptions
    from pipeline.ingest import import_data

    options = ReadOptions(text, text_pair, label, split, rationale, mapping=mapping)
    if propose:
        print(_proposed(format, path, options, config), end="")
        return
    with project(config, db, writes=True) as opened:
        options = replace(options, labels=opened.settings.data.labels)
        report = import_data(opened, format, path, options, name=name)
    if json:
        print_json(
            "import",
            instances={"new": report.instances_new, "known": report.instances_known},
            annotations=report.annotations,
            campaign=report.campaign,
            excluded=dict(report.skipped),
            notes=list(report.notes),
        )
        return
    out = console(stderr=False)
    if report.nothing_new:
        known = counted(report.instances_known, "instance is", "instances are")
        out.print(f"nothing new: {known} stored already")
    else:
        out.print(f"instances: {report.instances_new} new, {report.instances_known} known already")
    if report.campaign is not None:
        state = "stored" if report.campaign_is_new else "known already"
        where = escaped(repr(report.campaign))
        out.print(f"annotations: {report.annotations} in campaign {where} ({state})")
    for reason, count in report.skipped.items():
        out.print(f"left out: {count} ({escaped(reason)})", soft_wrap=True)
    for note in report.notes:
        out.print(f"[dim]{escaped(note)}[/]", soft_wrap=True)


def _proposed(
    format: str,
    path: Path,
    options: ReadOptions,
    config: Path | None,
) -> str:
    """The mapping that an import would guess; needs no project, and heeds its labels if there."""
    from db.errors import UsageError
    from pipeline.config import find_config, read_settings
    from pipeline.formats.mturk.propose import propose

    if format != "mturk" or options.mapping is not None:
        raise UsageError("--propose guesses a mapping: it goes with mturk and without --mapping")
    labels = read_settings(find_config(config)).data.labels
    return propose(path, replace(options, labels=labels))
