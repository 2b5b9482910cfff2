"""Templates at the endpoint: `konkyo market load | results | hosts` and `market layouts …`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from db.words import counted
from pipeline.cli.market_shared import DataOption, translated
from pipeline.cli.shared import JsonOption, escaped, print_json, print_table, say

AccountOption = Annotated[str, typer.Option(help="Access key of the account that pays.")]
TemplateArgument = Annotated[Path, typer.Argument(help="HTML with ${variables}.")]
HeightOption = Annotated[int, typer.Option(min=0, help="Of the frame, in pixels (0: as needed).")]

layouts = typer.Typer(no_args_is_help=True, help="Templates that programs name by id: add, list.")


def load(
    template: TemplateArgument,
    table: Annotated[Path, typer.Argument(metavar="CSV", help="One row a HIT.")],
    title: Annotated[str, typer.Option(help="What workers see in the queue.")],
    reward: Annotated[str, typer.Option(help="Dollars for one assignment.")],
    description: Annotated[str, typer.Option(help="What workers read next (else the title).")] = "",
    keywords: Annotated[str, typer.Option(help="Separated by commas.")] = "",
    assignments: Annotated[int, typer.Option(min=1, help="Workers for each HIT.")] = 1,
    minutes: Annotated[int, typer.Option(min=1, help="Time for one assignment.")] = 60,
    days: Annotated[int, typer.Option(min=1, max=365, help="Until the HITs expire.")] = 7,
    approval_days: Annotated[
        int, typer.Option(min=0, max=30, help="Until work approves itself.")
    ] = 7,
    height: HeightOption = 0,
    allow_host: Annotated[
        list[str] | None, typer.Option(help="An outside host that the template loads from.")
    ] = None,
    account: AccountOption = "local",
    data: DataOption = "market.db",
) -> None:
    """Make a HIT of each row of a table, as the requester site does with a template."""
    with translated():
        from hits.endpoint.batches import Terms
        from hits.endpoint.batches import load as load_batch

        terms = Terms(
            title=title,
            description=description or title,
            reward=reward,
            keywords=keywords,
            assignments=assignments,
            duration=minutes * 60,
            lifetime=days * 86_400,
            auto_approval=approval_days * 86_400,
            height=height,
            hosts=tuple(allow_host or ()),
        )
        batch = load_batch(data, account, template, table, terms)
    say(f"batch {batch.number}: {counted(batch.hits, 'HIT')} of type {batch.hit_type_id}")
    say(f"results: konkyo market results {batch.number} --data {escaped(data)}")


def results(
    batch: Annotated[int, typer.Argument(min=1, help="The number that load printed.")],
    out: Annotated[Path | None, typer.Option(help="File (else batch_N_results.csv).")] = None,
    account: AccountOption = "local",
    data: DataOption = "market.db",
) -> None:
    """Write what workers answered, with the requester site's columns."""
    target = out or Path(f"batch_{batch}_results.csv")
    with translated():
        from hits.endpoint.results import write_results

        rows = write_results(data, account, batch, target)
    say(f"{counted(rows, 'assignment')} in {escaped(str(target))}; it names workers by their ids")


def hosts(
    hit_type: Annotated[str, typer.Argument(metavar="HIT_TYPE", help="The HIT type's id.")],
    named: Annotated[
        list[str] | None, typer.Argument(metavar="[HOST]...", help="None: no outside host.")
    ] = None,
    data: DataOption = "market.db",
) -> None:
    """Set the outside hosts that the tasks of a HIT type may reach."""
    with translated():
        from hits.endpoint.hosts import set_hosts

        allowed = set_hosts(data, hit_type, named or [])
    shown = ", ".join(allowed) or "no outside host"
    say(f"tasks of {escaped(hit_type)} may reach {escaped(shown)}")


@layouts.command()
def add(
    template: TemplateArgument,
    name: Annotated[str, typer.Option(help="Its name (else the file's).")] = "",
    height: HeightOption = 0,
    account: AccountOption = "local",
    data: DataOption = "market.db",
) -> None:
    """Register a template; its id is what programs give as HITLayoutId."""
    with translated():
        from hits.endpoint.batches import read_text
        from hits.endpoint.layouts import add_layout

        html = read_text(template)
        made = add_layout(data, account, name or template.stem, html, height)
    say(f"variables: {escaped(', '.join(made.variables) or 'none')}")
    typer.echo(made.layout_id)


@layouts.command("list")
def list_(data: DataOption = "market.db", as_json: JsonOption = False) -> None:
    """Show the registered templates and their variables."""
    with translated():
        from hits.endpoint.layouts import list_layouts

        found = list_layouts(data)
    if as_json:
        print_json("market layouts list", layouts=[asdict(one) for one in found])
        return
    rows = [(one.layout_id, one.account, one.name, ", ".join(one.variables)) for one in found]
    print_table("", ("id", "account", "name", "variables"), rows)
