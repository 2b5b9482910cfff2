"""Commands on webhooks: `konkyo market webhooks add | list | remove`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from pipeline.cli.market_shared import DataOption, translated
from pipeline.cli.shared import JsonOption, escaped, print_json, print_table, say

TypeArgument = Annotated[str, typer.Argument(metavar="HIT_TYPE", help="The HIT type's id.")]
UrlArgument = Annotated[str, typer.Argument(metavar="URL", help="An http or https address.")]

webhooks = typer.Typer(no_args_is_help=True, help="Where events are posted: add, list, remove.")


@webhooks.command()
def add(
    hit_type: TypeArgument,
    url: UrlArgument,
    events: Annotated[
        str, typer.Option(help="Names of events, separated by commas (else all).")
    ] = "",
    data: DataOption = "market.db",
) -> None:
    """Post a HIT type's events to an address, signed with a secret that is shown this once."""
    with translated():
        from hits.endpoint.webhooks import add_webhook

        named = [name.strip() for name in events.split(",") if name.strip()]
        secret = add_webhook(data, hit_type, url, named)
    say(f"events of {escaped(hit_type)} go to {escaped(url)}; the secret, shown this once:")
    typer.echo(secret)


@webhooks.command("list")
def list_(data: DataOption = "market.db", as_json: JsonOption = False) -> None:
    """Show the webhooks, and how many events have not arrived yet."""
    with translated():
        from hits.endpoint.webhooks import list_webhooks

        found = list_webhooks(data)
    if as_json:
        print_json("market webhooks list", webhooks=[asdict(one) for one in found])
        return
    rows = [(one.hit_type_id, one.url, ", ".join(one.events), str(one.waiting)) for one in found]
    print_table("", ("HIT type", "address", "events", "waiting"), rows, numbers=1)


@webhooks.command()
def remove(hit_type: TypeArgument, url: UrlArgument, data: DataOption = "market.db") -> None:
    """Post nothing more to an address."""
    with translated():
        from hits.endpoint.webhooks import remove_webhook

        remove_webhook(data, hit_type, url)
    say(f"events of {escaped(hit_type)} no longer go to {escaped(url)}")
