"""What every command shares: its options, how it opens a project, how it speaks and fails.

Results go to stdout, messages and progress to stderr; with `--json` stdout carries one document
and nothing else. Heavy libraries are imported inside the commands, so that `--help` stays quick.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from db.errors import KonkyoError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from pipeline.project import Project

INTERRUPTED = 130
STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="The settings file (else KONKYO_CONFIG, else ./konkyo.toml)."),
]
DbOption = Annotated[
    str | None,
    typer.Option("--db", help="Database path or SQLAlchemy URL (else KONKYO_DB, else settings)."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
NameArgument = Annotated[
    str | None, typer.Argument(help="The campaign (default: the only open one).")
]
LARGEST_SEED = 2**32 - 1
SeedOption = Annotated[
    int | None, typer.Option("--seed", min=0, max=LARGEST_SEED, help="Draw with this seed.")
]
EngineOption = Annotated[
    str | None,
    typer.Option("--engine", help="Where work runs: inprocess, processes or ray (else settings)."),
]
RunOption = Annotated[
    str | None, typer.Option("--run", help="Model run, by the start of its id (default: latest).")
]


class KonkyoGroup(TyperGroup):
    """Turns errors into messages and exit codes; a traceback is never what a user sees."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; see the exit codes in docs/commands.md."""
        try:
            return super().invoke(ctx)
        except KonkyoError as error:
            say(f"[bold red]konkyo:[/] {escaped(str(error))}")
            raise typer.Exit(error.exit_code) from error
        except KeyboardInterrupt as error:
            say(
                "[bold]konkyo:[/] interrupted; the same command continues from what is stored, "
                "and begins again where nothing is"
            )
            raise typer.Exit(INTERRUPTED) from error
        except BrokenPipeError as error:
            # The reader of our output has gone; nothing more can be said to it.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(1) from error
        except OSError as error:
            if os.environ.get("KONKYO_DEBUG"):
                raise
            where = f" {error.filename}:" if error.filename else ""
            say(f"[bold red]konkyo:[/]{escaped(where)} {error.strerror or error}")
            raise typer.Exit(1) from error
        except Exception as error:
            # Typer ends commands by exceptions of its own; those carry an exit code.
            ends = isinstance(error, typer.Abort) or hasattr(error, "exit_code")
            if ends or os.environ.get("KONKYO_DEBUG"):
                raise
            say(
                f"[bold red]konkyo:[/] something unexpected happened: {type(error).__name__}: "
                f"{escaped(str(error))}\nPlease report it; KONKYO_DEBUG=1 shows where."
            )
            raise typer.Exit(1) from error


def refuse_given(context: typer.Context, about: str, target: str, *names: str) -> None:
    """Refuse options of this command that were given, and would be ignored on such a target.

    `names`: parameters of the command; `about`: what they are about ("files"); `target`: what is
    worked on instead ("a campaign"). What only has its default was not given. Usage: exit code 2.
    """
    given = [
        parameter.opts[0]
        for parameter in context.command.params
        if parameter.name in names
        and getattr(context.get_parameter_source(parameter.name), "name", "DEFAULT") != "DEFAULT"
    ]
    if given:
        verb = "is" if len(given) == 1 else "are"
        raise UsageError(f"{', '.join(given)} {verb} about {about}, and this is {target}")


def console(*, stderr: bool = True) -> Console:
    """A rich console on stderr (messages) or stdout (results)."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False)


def say(message: str) -> None:
    """A message to the person, on stderr."""
    console().print(message, soft_wrap=True)


def escaped(text: str) -> str:
    """Text that rich prints as it is; what would steer the terminal is spelled out (`\\x1b`)."""
    from rich.markup import escape

    return escape(STEERING.sub(lambda found: ascii(found[0])[1:-1], text))


@contextmanager
def project(config: Path | None, db: str | None, *, writes: bool = False) -> Iterator[Project]:
    """The project of this command; commands that write say which database they write to."""
    from db.store.engine import public
    from pipeline.project import open_project

    opened = open_project(config, db)
    if writes:
        say(f"[dim]database: {escaped(public(opened.url))}[/]")
    try:
        yield opened
    finally:
        opened.engine.dispose()


def print_json(command: str, **content: Any) -> None:
    """One document on stdout; what is undefined is null, never NaN."""
    print(json.dumps({"command": command, **content}, default=str, allow_nan=False, indent=2))


def print_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], *, numbers: int = 0
) -> None:
    """A table on stdout; the last `numbers` columns are right-aligned, and never cut."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from pipeline.cli.widths import Column, broken, widths

    out = console(stderr=False)
    table = Table(box=box.SIMPLE_HEAD, show_header=any(columns))
    cells = [[Text.from_markup(escaped(str(cell))) for cell in row] for row in rows]
    texts = [(name, *(row[place].plain for row in cells)) for place, name in enumerate(columns)]
    first = len(columns) - numbers
    frame = 3 * len(columns) + 1
    wide = widths([Column(t, n >= first) for n, t in enumerate(texts)], out.width - frame)
    for place, (name, width) in enumerate(zip(columns, wide, strict=True)):
        justify: Literal["right", "left"] = "right" if place >= first else "left"
        table.add_column(name, justify=justify, overflow="fold", width=width)
    for row in cells:
        names = [Text(broken(cell.plain, w)) for cell, w in zip(row[:first], wide, strict=False)]
        table.add_row(*names, *row[first:])
    if title:
        out.print(f"\n[bold]{escaped(title)}[/]", soft_wrap=True)
    out.width = max(out.width, sum(wide) + frame)
    out.print(table)


def print_notes(notes: Sequence[str], excluded: Mapping[str, int] | None = None) -> None:
    """What has to be known beside the numbers, under their table."""
    out = console(stderr=False)
    for reason, count in (excluded or {}).items():
        out.print(f"  left out: {count} ({escaped(reason)})", style="dim", soft_wrap=True)
    for note in notes:
        out.print(f"  {escaped(note)}", style="dim", soft_wrap=True)


@contextmanager
def progress(description: str) -> Iterator[Any]:
    """A bar on stderr where that is a terminal; yields `update(done, total)`."""
    out = console()
    if not out.is_terminal:
        yield lambda done, total: None
        return
    from rich.progress import Progress

    with Progress(console=out, transient=True) as bar:
        task = bar.add_task(description, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
