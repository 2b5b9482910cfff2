"""Commands on the endpoint's own books; here its accounts: `konkyo market accounts …`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from pipeline.cli.market_people import invitations, invite
from pipeline.cli.market_shared import DataOption, translated
from pipeline.cli.market_templates import hosts, layouts, load, results
from pipeline.cli.market_webhooks import webhooks
from pipeline.cli.service import PANEL
from pipeline.cli.shared import JsonOption, escaped, print_json, print_table, say

KeyArgument = Annotated[str, typer.Argument(help="The account's access key.")]

market = typer.Typer(
    no_args_is_help=True, help="The endpoint's books: accounts, templates, people."
)
accounts = typer.Typer(no_args_is_help=True, help="Requester accounts: add, list, fund.")
market.add_typer(accounts, name="accounts")
market.add_typer(webhooks, name="webhooks")
market.add_typer(layouts, name="layouts")
for command in (load, results, hosts, invite, invitations):
    market.command()(command)


def register(app: typer.Typer) -> None:
    """Add the group to the panel *service*."""
    app.add_typer(market, name="market", rich_help_panel=PANEL)


@accounts.command()
def add(
    key: KeyArgument,
    secret: Annotated[
        str | None, typer.Option(help="Its secret key (else drawn, and shown this once).")
    ] = None,
    balance: Annotated[str, typer.Option(help="Prepaid, in dollars.")] = "0.00",
    data: DataOption = "market.db",
) -> None:
    """Make an account with which a requester's programs can sign."""
    with translated():
        from hits.endpoint.administration import add_account

        made = add_account(data, key, secret, balance)
    say(f"account {escaped(key)} added to {escaped(data)}")
    if secret is None:
        say("its secret, shown this once:")
        typer.echo(made)


@accounts.command("list")
def list_(data: DataOption = "market.db", as_json: JsonOption = False) -> None:
    """Show the accounts and their balances, never their secrets."""
    with translated():
        from hits.endpoint.administration import list_accounts

        found = list_accounts(data)
    if as_json:
        print_json("market accounts list", accounts=[asdict(account) for account in found])
        return
    rows = [(account.access_key, account.available, account.on_hold) for account in found]
    print_table("", ("access key", "available USD", "on hold USD"), rows, numbers=2)


@accounts.command()
def fund(
    key: KeyArgument,
    amount: Annotated[str, typer.Argument(help="Dollars to add.")],
    data: DataOption = "market.db",
) -> None:
    """Add money to an account's balance: a book entry, like all money here."""
    with translated():
        from hits.endpoint.administration import fund_account

        standing = fund_account(data, key, amount)
    say(
        f"account {escaped(key)}: {standing.available} USD available, {standing.on_hold} USD on hold"
    )
