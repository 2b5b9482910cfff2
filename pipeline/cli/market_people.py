"""Invitations to the worker site: `konkyo market invite | invitations`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from db.words import counted
from pipeline.cli.market_shared import DataOption, translated
from pipeline.cli.shared import JsonOption, print_json, print_table, say


def invite(
    places: Annotated[int, typer.Option(min=1, help="People who may use it.")] = 1,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Until it is too old.")] = 30,
    note: Annotated[str, typer.Option(help="For yourself: whom it is for.")] = "",
    site: Annotated[
        str, typer.Option(help="Address of the worker site.")
    ] = "http://127.0.0.1:8080",
    data: DataOption = "market.db",
) -> None:
    """Make a link with which people may register where registration is not open."""
    with translated():
        from hits.endpoint.invitations import invite as make

        code = make(data, places, days, note)
    say(f"for {places}, within {counted(days, 'day')}; shown this once:")
    typer.echo(f"{site.rstrip('/')}/join/{code}")


def invitations(data: DataOption = "market.db", as_json: JsonOption = False) -> None:
    """Show the invitations and how many have used them."""
    with translated():
        from hits.endpoint.invitations import list_invitations

        found = list_invitations(data)
    if as_json:
        print_json("market invitations", invitations=[asdict(one) for one in found])
        return
    rows = [
        (one.note, f"{datetime.fromtimestamp(one.expires, UTC):%Y-%m-%d}", one.used, one.places)
        for one in found
    ]
    print_table("", ("note", "until", "used", "places"), rows, numbers=2)
