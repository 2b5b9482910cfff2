"""The command `select` of the panel *results*."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from db.words import counted
from pipeline.cli.results_shared import PANEL
from pipeline.cli.shared import (
    ConfigOption,
    DbOption,
    JsonOption,
    RunOption,
    SeedOption,
    console,
    print_json,
    print_table,
    project,
)

if TYPE_CHECKING:
    from pipeline.select import Selected

SHOWN = 10


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("select", rich_help_panel=PANEL)(select)


def select(
    by: Annotated[
        str,
        typer.Option(
            help="random, margin, entropy, centre_distance, cosine_ood, explainer_disagreement or "
            "people_disagreement."
        ),
    ] = "margin",
    n: Annotated[int, typer.Option("--n", min=1, help="How many instances.")] = 50,
    random_share: Annotated[
        float, typer.Option(help="Of them, drawn at random from the whole pool (above 0, up to 1).")
    ] = 0.2,
    diverse: Annotated[
        bool, typer.Option("--diverse/--no-diverse", help="Among the highest, take unlike ones.")
    ] = True,
    seen: Annotated[
        bool, typer.Option("--seen", help="What people were asked about may come again.")
    ] = False,
    split: Annotated[str | None, typer.Option(help="Only instances of this split.")] = None,
    campaign: Annotated[
        str | None, typer.Option(help="people_disagreement: whose answers (default: the only one).")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help='Write the proposal here, for "plan --chosen".')
    ] = None,
    run: RunOption = None,
    seed: SeedOption = None,
    config: ConfigOption = None,
    db: DbOption = None,
    json: JsonOption = False,
) -> None:
    """Propose what people should see next: part at random, the rest by what the model finds hard."""
    from pipeline.files import check_targets, write_whole
    from pipeline.proposal import written
    from pipeline.select import SelectRequest
    from pipeline.select import select as propose

    check_targets({"--out": out})
    request = SelectRequest(by, n, run, split, random_share, diverse, seen, campaign, seed)
    with project(config, db) as opened:
        found = propose(opened, request)
    if out is not None:
        write_whole(out, written(found.by, found.run.id, found.pool, found.chosen))
    if json:
        print_json(
            "select",
            run=found.run.id,
            by=found.by,
            pool=found.pool,
            chosen=[vars(one) for one in found.chosen],
            excluded=dict(found.excluded),
        )
    else:
        _show(found, out)


def _show(found: Selected, out: Path | None) -> None:
    """The first few, how many of each stratum, and what to do next."""
    from pipeline.acquisition.batch import RANDOM

    terminal = console(stderr=False)
    at_random = sum(one.stratum == RANDOM for one in found.chosen)
    terminal.print(
        f"run [bold]{found.run.id}[/]: {counted(len(found.chosen), 'instance')} of {found.pool}, "
        f"{at_random} at random and {len(found.chosen) - at_random} by {found.by}"
    )
    sought = [one for one in found.chosen if one.stratum != RANDOM][:SHOWN]
    if sought:
        print_table(
            f"first by {found.by}",
            ("instance", "score"),
            [(one.instance_id, f"{one.score:.3f}") for one in sought],
            numbers=1,
        )
    for reason, number in found.excluded.items():
        terminal.print(f"left out: {reason}: {number}")
    if out is not None:
        terminal.print(f"proposal in {out}; next: konkyo plan STUDY NAME --chosen {out}")
