"""Commands of the panel *campaign*: plan, preview, publish, simulate, collect, status, review."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from db.words import counted
from pipeline.cli.shared import (
    ConfigOption,
    DbOption,
    JsonOption,
    NameArgument,
    RunOption,
    SeedOption,
    console,
    escaped,
    print_json,
    print_notes,
    print_table,
    progress,
    project,
    say,
)

if TYPE_CHECKING:
    from db.records import Campaign
    from hits.money import Quote

PANEL = "Campaign"
SHOWN_PROBLEMS = 10


def register(app: typer.Typer) -> None:
    """Add the panel's commands."""
    for command in (plan, preview, publish, simulate, collect, status, review):
        app.command(command.__name__, rich_help_panel=PANEL)(command)


def plan(
    study: Annotated[
        str, typer.Argument(help="The study type, or the folder of a study of your own.")
    ],
    name: Annotated[str, typer.Argument(help="A new name for the campaign.")],
    items: Annotated[
        int | None, typer.Option(help="How many instances to draw (default: all).")
    ] = None,
    chosen: Annotated[
        Path | None, typer.Option(help='Show the instances of this proposal of "konkyo select".')
    ] = None,
    split: Annotated[str | None, typer.Option(help="Draw only from this split.")] = None,
    kind: Annotated[str | None, typer.Option(help="Draw only text, pair, image or row.")] = None,
    explainer: Annotated[
        list[str] | None, typer.Option(help="Whose rationales to show (repeat for several).")
    ] = None,
    run: RunOption = None,
    market: Annotated[str | None, typer.Option(help="Where the HITs go.")] = None,
    source: Annotated[str | None, typer.Option(help="Where people come from.")] = None,
    environment: Annotated[
        str, typer.Option(help="local, sandbox or production; never changes afterwards.")
    ] = "local",
    seed: SeedOption = None,
    config: ConfigOption = None,
    db: DbOption = None,
    json: JsonOption = False,
) -> None:
    """Draw the items of a study, spread them over HITs, and say what it will cost."""
    from pipeline.plan import PlanRequest, environment_named
    from pipeline.plan import plan as plan_campaign

    request = PlanRequest(
        study=study,
        name=name,
        items=items,
        split=split,
        kind=kind,
        run=run,
        explainers=tuple(explainer or ()),
        market=market,
        source=source,
        environment=environment_named(environment),
        seed=seed,
        chosen=chosen,
    )
    with project(config, db, writes=True) as opened:
        planned = plan_campaign(opened, request)
    if json:
        print_json(
            "plan",
            campaign=planned.campaign.name,
            environment=planned.campaign.environment,
            items=planned.items,
            gold=planned.gold,
            hits=planned.quote.hits,
            assignments=planned.quote.assignments,
            total=planned.quote.total,
            currency=planned.quote.currency,
            notes=list(planned.notes),
        )
        return
    out = console(stderr=False)
    out.print(
        f"campaign [bold]{planned.campaign.name}[/]: {counted(planned.items, 'item')} "
        f"({planned.gold} of them checks) on {counted(planned.quote.hits, 'HIT')}"
    )
    _print_quote(planned.campaign, planned.quote)
    print_notes(planned.notes)


def preview(
    name: NameArgument = None,
    hit: Annotated[int, typer.Option(help="Which HIT, from 1.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Write the page here.")] = None,
    open_it: Annotated[bool, typer.Option("--open/--no-open", help="Show it.")] = True,
    config: ConfigOption = None,
    db: DbOption = None,
) -> None:
    """Render one HIT to a file and open it, exactly as a worker will see it."""
    from db.store import campaigns
    from pipeline.files import write_whole
    from pipeline.pages import preview as render

    with project(config, db) as opened:
        campaign = campaigns.find(opened.engine, name, imported=False)
        page = render(opened, campaign, hit)
    path = out or Path(f"{campaign.name}-hit{hit}.html")
    write_whole(path, page)
    console(stderr=False).print(str(path), soft_wrap=True)
    if open_it:
        typer.launch(path.resolve().as_uri())


def publish(
    name: NameArgument = None,
    live: Annotated[
        bool, typer.Option("--live", help="Needed where real people are paid.")
    ] = False,
    config: ConfigOption = None,
    db: DbOption = None,
    json: JsonOption = False,
) -> None:
    """Bring the planned HITs onto their market, each exactly once; continue after a stop."""
    from pipeline.publish import publish as publish_campaign

    with project(config, db, writes=True) as opened, progress("publishing") as update:
        done = publish_campaign(opened, name, live=live, agree=_agree, on_hit=update)
    if json:
        print_json("publish", campaign=done.campaign.name, hits=done.hits, made=done.made)
        return
    console(stderr=False).print(
        f"campaign [bold]{done.campaign.name}[/]: {counted(done.hits, 'HIT is', 'HITs are')} out, {done.made} made now "
        f"({escaped(done.campaign.endpoint_url or '')})",
        soft_wrap=True,
    )


def simulate(
    name: NameArgument = None,
    workers: Annotated[int, typer.Option(min=1, max=1000, help="How many workers.")] = 12,
    careless: Annotated[
        float, typer.Option(min=0, max=1, help="Share of them that answers at random.")
    ] = 0.1,
    seed: SeedOption = None,
    config: ConfigOption = None,
    db: DbOption = None,
    json: JsonOption = False,
) -> None:
    """Let simulated workers answer over HTTP, as people do; only in environment local."""
    from pipeline.simulate import simulate as simulate_campaign

    with project(config, db, writes=True) as opened, progress("answering") as update:
        done = simulate_campaign(
            opened, name, workers=workers, careless=careless, seed=seed, on_answer=update
        )
    if json:
        print_json(
            "simulate",
            campaign=done.campaign.name,
            workers=done.workers,
            assignments=done.assignments,
            simulated=True,
        )
        return
    console(stderr=False).print(
        f"campaign [bold]{done.campaign.name}[/]: {counted(done.workers, 'simulated worker')} submitted "
        f"{counted(done.assignments, 'assignment')}"
    )


def collect(
    name: NameArgument = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Read the stored answers again instead.")
    ] = False,
    config: ConfigOption = None,
    db: DbOption = None,
    json: JsonOption = False,
) -> None:
    """Bring submissions into the database, each once; unreadable answers are kept and listed."""
    from pipeline import collect as stage

    with project(config, db, writes=True) as opened:
        if rebuild:
            done = stage.rebuild(opened, name)
        else:
            with progress("collecting") as update:
                done = stage.collect(opened, name, on_hit=update)
    if json:
        print_json(
            "collect",
            campaign=done.campaign.name,
            new=done.new,
            known=done.known,
            changed=done.changed,
            unreadable=done.unreadable,
        )
        return
    console(stderr=False).print(
        f"campaign [bold]{done.campaign.name}[/]: {done.new} new assignments, "
        f"{done.known} known already, {len(done.unreadable)} unreadable"
    )
    _print_problems(done.unreadable)


def status(
    name: NameArgument = None,
    config: ConfigOption = None,
    db: DbOption = None,
    json: JsonOption = False,
) -> None:
    """Progress, money and pay per hour of a campaign; what else the project holds."""
    from pipeline.cli import status_view
    from pipeline.status import campaign_status, project_status

    with project(config, db) as opened:
        found = campaign_status(opened, name)
        overview = project_status(opened)
    if json:
        print_json("status", **status_view.as_json(found, overview))
        return
    status_view.show(found, overview)
    if found is not None:
        _print_problems(found.unreadable)


def review(
    name: NameArgument = None,
    live: Annotated[
        bool, typer.Option("--live", help="Needed where real people are paid.")
    ] = False,
    config: ConfigOption = None,
    db: DbOption = None,
    json: JsonOption = False,
) -> None:
    """Approve and pay every collected submission that waits for review."""
    from pipeline.review import approve_all

    with project(config, db, writes=True) as opened, progress("approving") as update:
        done = approve_all(opened, name, live=live, on_assignment=update)
    if json:
        print_json("review", campaign=done.campaign.name, approved=done.approved, paid=done.paid)
        return
    console(stderr=False).print(
        f"campaign [bold]{done.campaign.name}[/]: {done.approved} submissions approved, "
        f"{done.paid} {done.campaign.currency} paid"
    )


def _print_quote(campaign: Campaign, quote: Quote) -> None:
    money = quote.currency
    rows = [
        ("assignments", f"{quote.assignments} ({campaign.assignments_per_hit} a HIT)"),
        ("reward each", f"{quote.reward} {money} (about {quote.hourly} {money} an hour)"),
        ("rewards", f"{quote.rewards} {money}"),
        ("of that, check items", f"{quote.gold} {money}"),
        ("market's fee", f"{quote.fees} {money}"),
        ("total at most", f"{quote.total} {money}"),
        ("market", f"{campaign.market} at {campaign.endpoint_url} ({campaign.environment})"),
    ]
    print_table("Quote", ("", ""), rows)


def _agree(campaign: Campaign, quote: Quote, balance: Decimal | None) -> bool:
    held = "the site pays them" if balance is None else f"the account holds {balance}"
    say(
        f"Campaign {escaped(campaign.name)} will pay real people: "
        f"{counted(quote.assignments, 'assignment')}, "
        f"{quote.rewards} in rewards, {quote.fees} in fees, {quote.total} {quote.currency} in "
        f"all; {held}."
    )
    try:
        return typer.confirm("Publish it?", default=False, err=True)
    except typer.Abort as error:
        if isinstance(error.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from error
        return False  # nobody is there to ask


def _print_problems(problems: dict[str, str]) -> None:
    out = console(stderr=False)
    for assignment, problem in list(problems.items())[:SHOWN_PROBLEMS]:
        out.print(f"  unreadable {assignment}: {escaped(problem)}", style="dim", soft_wrap=True)
    if len(problems) > SHOWN_PROBLEMS:
        out.print(f"  … and {len(problems) - SHOWN_PROBLEMS} more (--json lists all)", style="dim")
