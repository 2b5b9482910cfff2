"""Workers and pay: a few facts, and one row per worker or distributions of many."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from analysis.report.content import Pay, WorkerRow, Workers
from analysis.report.groups import Group
from analysis.report.plots.bars import histogram
from analysis.report.plots.intervals import axis, interval_row, over_legend, values_of
from analysis.report.sections.agreement import notes_of
from analysis.report.svg import Scale, scale_of
from analysis.report.tables import Cell, Column, Row, Table
from analysis.report.wording import (
    UNDEFINED,
    count,
    defined,
    duration,
    interval_phrase,
    money,
    number,
    percent,
)
from db.words import counted

SMALL = 24


@dataclass(frozen=True)
class Fact:
    """A label, its value, and a short note."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Figure:
    """A drawing with its caption."""

    caption: str
    drawing: Markup


@dataclass(frozen=True)
class WorkersView:
    """What the section shows."""

    facts: list[Fact]
    table: Table | None
    figures: list[Figure]


def workers_view(workers: Workers) -> WorkersView:
    """A table of up to 24 workers, distributions of more."""
    facts = [*_work_facts(workers), *(_pay_facts(workers.pay) if workers.pay else [])]
    if len(workers.rows) > SMALL:
        return WorkersView(facts, None, _figures(workers.rows))
    return WorkersView(facts, _table(workers.rows) if workers.rows else None, [])


def _work_facts(workers: Workers) -> list[Fact]:
    unreadable = counted(workers.unreadable, "answer") + " could not be read"
    return [
        Fact("Workers", count(workers.n_workers), _simulated(workers)),
        Fact("Assignments", count(workers.assignments), unreadable),
        Fact("Median time", duration(workers.median_seconds), "per assignment"),
        _gold_fact(workers),
    ]


def _simulated(workers: Workers) -> str:
    if workers.n_simulated == 0:
        return "none simulated"
    if workers.n_simulated >= workers.n_workers:
        return "all of them simulated"
    return f"{workers.n_simulated:,} of them simulated"


def _gold_fact(workers: Workers) -> Fact:
    gold = workers.gold_accuracy
    if gold is None:
        return Fact("Check items right", UNDEFINED, "no check items were put")
    note = gold.note if not defined(gold.value) else interval_phrase(gold)
    return Fact("Check items right", percent(gold.value), note)


def _pay_facts(pay: Pay) -> list[Fact]:
    return [
        Fact("Hourly pay", money(pay.hourly, pay.currency), "at the median time"),
        Fact("Reward", money(pay.reward, pay.currency), "per assignment"),
        Fact(
            "Spent",
            money(pay.spent, pay.currency),
            f"of {money(pay.reserved, pay.currency)} reserved",
        ),
        Fact("Returned", money(pay.returned, pay.currency), "of what was reserved"),
    ]


def _table(rows: tuple[WorkerRow, ...]) -> Table:
    groups = [_group(row) for row in rows]
    scale = scale_of(values_of(groups), keep=(0.0, 1.0))
    shown = any(group.estimates for group in groups)
    plot = (Column("Agreement with the others", "plot"), Column("Value")) if shown else ()
    columns = (*plot, Column("Assignments"), Column("Median time"), Column("Checks right"))
    return Table(
        caption="Workers, under pseudonyms",
        corner="Worker",
        columns=columns,
        rows=tuple(_row(row, scale, shown) for row in rows),
        axis=axis(scale) if shown else None,
        legend=over_legend(groups),
    )


def _group(row: WorkerRow) -> Group:
    return Group("agreement", row.pseudonym, (row.agreement,) if row.agreement else ())


def _row(row: WorkerRow, scale: Scale, shown: bool) -> Row:
    group = _group(row)
    role = "floor" if row.excluded else "estimate"
    plot = (Cell(interval_row(group, scale, role)), Cell(number(group.value), class_="value"))
    under = ["simulated"] if row.simulated else []
    under += [f"left out: {row.excluded}"] if row.excluded else []
    checks = f"{row.gold_right} of {row.gold_asked}" if row.gold_asked else UNDEFINED
    return Row(
        row.pseudonym,
        (
            *(plot if shown else ()),
            Cell(count(row.assignments)),
            Cell(duration(row.median_seconds)),
            Cell(checks),
        ),
        tuple(under),
        "excluded" if row.excluded else "",
        notes_of(group, ()),
    )


def _figures(rows: tuple[WorkerRow, ...]) -> list[Figure]:
    agreement = [r.agreement.value for r in rows if r.agreement is not None]
    known = [v for v in agreement if v is not None and defined(v)]
    times = [r.median_seconds for r in rows if r.median_seconds is not None]
    checks = [r.gold_right / r.gold_asked for r in rows if r.gold_asked]
    drawn = (
        ("Agreement with the others", known, lambda v: number(v, 2)),
        ("Median time per assignment", times, duration),
        ("Check items right", checks, percent),
    )
    return [
        Figure(caption, histogram(values, f"{caption}: {counted(len(values), 'worker')}", words))
        for caption, values, words in drawn
        if values
    ]
