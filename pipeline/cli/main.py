"""The command `konkyo`: flat verbs in the order of a study."""

from __future__ import annotations

import typer

from pipeline.cli import (
    aggregate,
    agreement,
    align,
    campaign,
    compare,
    data,
    export,
    faithfulness,
    lint,
    market,
    model,
    report,
    select,
    service,
    teach,
    workers,
)
from pipeline.cli.shared import KonkyoGroup

app = typer.Typer(
    name="konkyo",
    cls=KonkyoGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help=(
        "Human studies of model rationales: train or load a model, extract what it looked at, "
        "put it before people, measure whether they agree with each other and with the model, "
        "and teach the model what they said."
    ),
    epilog="A first look at everything: konkyo demo",
)

for group in (
    data,
    export,
    model,
    faithfulness,
    teach,
    campaign,
    lint,
    workers,
    agreement,
    aggregate,
    align,
    compare,
    select,
    report,
    service,
    market,
):
    group.register(app)


def run() -> None:
    """The console script."""
    app()
