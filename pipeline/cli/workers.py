"""`konkyo workers`, in the panel *campaign*: who stands out, for a person to decide about."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.campaign import PANEL
from pipeline.cli.plots_view import PlotsOption, draw
from pipeline.cli.results_shared import DuplicatesOption
from pipeline.cli.shared import (
    ConfigOption,
    DbOption,
    JsonOption,
    SeedOption,
    print_json,
    print_notes,
    print_table,
    project,
    refuse_given,
)

if TYPE_CHECKING:
    from db.records import Estimate
    from pipeline.workers import KnownWorkers

NOTES_AT_MOST = 3
FILE = ("unit", "value", "worker", "level", "duplicates")
ALL_NOTES = "--json has every note and number; nobody is left out of any analysis by this"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("workers", rich_help_panel=PANEL)(workers)


def workers(
    context: typer.Context,
    target: Annotated[
        str | None,
        typer.Argument(help="A campaign (default: the only one with judgements), or a table file."),
    ] = None,
    question: Annotated[
        str | None, typer.Option(help="Campaign: which question (default: the first with a value).")
    ] = None,
    unit: Annotated[str, typer.Option(help="File: the column of what was judged.")] = "unit",
    value: Annotated[str, typer.Option(help="File: the column of the answer.")] = "value",
    worker: Annotated[str, typer.Option(help="File: the column of who judged.")] = "worker",
    level: Annotated[
        str, typer.Option(help="File: nominal, ordinal, interval or ratio.")
    ] = "nominal",
    gold: Annotated[str | None, typer.Option(help="File: the column of the known answer.")] = None,
    seconds: Annotated[
        str | None, typer.Option(help="File: the column of the seconds it took.")
    ] = None,
    length: Annotated[
        str | None, typer.Option(help="File: the column of the unit's length.")
    ] = None,
    position: Annotated[
        str | None, typer.Option(help="File: the column of the place in the HIT.")
    ] = None,
    order: Annotated[
        str | None, typer.Option(help="File: the column to sort by (default: its rows).")
    ] = None,
    hit: Annotated[str | None, typer.Option(help="File: the column of the HIT.")] = None,
    duplicates: DuplicatesOption = "error",
    plots: PlotsOption = None,
    seed: SeedOption = None,
    config: ConfigOption = None,
    db: DbOption = None,
    json: JsonOption = False,
) -> None:
    """Who stands out: agreement, bias, speed, drift, look-alikes. Nobody is left out by it."""
    from pipeline.config import with_analysis
    from pipeline.plots import check_folder, first_worker, plots_of_campaign, plots_of_file
    from pipeline.tables import is_table
    from pipeline.workers import EXTRAS, workers_of_campaign, workers_of_file

    if target is not None and is_table(target):
        refuse_given(context, "campaigns", "a file", "question", "db")
    else:
        refuse_given(context, "files", "a campaign", *FILE, *EXTRAS)
    check_folder(plots)
    drawn = None
    if target is not None and is_table(target):
        given = dict(zip(EXTRAS, (gold, seconds, length, position, order, hit), strict=True))
        found = workers_of_file(
            Path(target),
            level,
            {"unit": unit, "value": value, "worker": worker}
            | {name: column for name, column in given.items() if column is not None},
            confidence=with_analysis(config, None).confidence,
            duplicates=duplicates,  # type: ignore[arg-type]  # checked where it is used
            seed=1 if seed is None else seed,
        )
        if plots is not None:
            drawn = plots_of_file(
                Path(target),
                level,
                {"unit": unit, "value": value, "worker": worker, "gold": gold, "order": order},
                with_analysis(config, None),
                seed=1 if seed is None else seed,
                duplicates=duplicates,
                one=first_worker(found),
            )
    else:
        with project(config, db) as opened:
            found = workers_of_campaign(opened, target, question=question, seed=seed)
            if plots is not None:
                drawn = plots_of_campaign(
                    opened, target, question=found.question, one=first_worker(found), seed=seed
                )
    draw(plots, drawn)
    _document(found) if json else _show(found)


def _document(known: KnownWorkers) -> None:
    from pipeline.workers import without_tables

    rows = without_tables(known.found)
    for row in rows:
        row["simulated"] = row["worker"] in known.simulated
        row["first_row"] = known.first_row.get(str(row["worker"]))
    print_json(
        "workers",
        of=known.of,
        question=known.question,
        workers=rows,
        duplicates=asdict(known.found.duplicates),
        clusters=asdict(known.found.clusters),
        excluded=known.found.excluded,
        notes=list(known.notes),
    )


def _show(known: KnownWorkers) -> None:
    from analysis.workers.describe import ORDER

    rows = []
    for worker in known.found.workers:
        said = "; ".join(worker.notes[:NOTES_AT_MOST])
        more = len(worker.notes) - NOTES_AT_MOST
        said += f"; and {more} more" if more > 0 else ""
        simulated = "simulated" if worker.worker in known.simulated else ""
        name = " ".join(
            word for word in (worker.worker, f"({simulated})" if simulated else "") if word
        )
        facts = (worker.fact("agreement"), worker.fact("gold"), worker.fact("seconds"))
        rows.append([name, said or "—", str(worker.judgements), *map(_number, facts)])
    columns = ["worker", "what stands out", "judged", "agrees", "gold", "seconds"]
    print_table(f"Workers, {known.of}: {known.question}", columns, rows, numbers=4)
    groups = known.found.clusters
    alike = known.found.duplicates
    together = [
        f"groups who err alike: {len(groups.clusters) or groups.note}",
        f"pairs who answer alike: {len(alike.pairs)} of {alike.tested} tested"
        + (f"; {alike.note}" if alike.note else ""),
    ]
    print_notes([ORDER, *together, *known.notes, ALL_NOTES], known.found.excluded)


def _number(fact: Estimate) -> str:
    if fact.value is None:
        return "—"
    return f"{fact.value:.1f}" if fact.name == "seconds" else f"{fact.value:.2f}"
