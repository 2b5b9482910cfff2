"""Agreement: a row per coefficient with its intervals, and how common each answer is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.report.content import Agreement
from analysis.report.glossary import inline, term
from analysis.report.groups import Group, grouped, overs
from analysis.report.plots.intervals import axis, interval_row, over_legend, values_of
from analysis.report.sections.bars import bar_table
from analysis.report.svg import Scale, scale_of
from analysis.report.tables import Cell, Column, Row, Table
from analysis.report.wording import OVER, UNDEFINED, capital, interval, number
from db.records import Estimate, Over


@dataclass(frozen=True)
class AgreementView:
    """What the section shows."""

    table: Table | None
    prevalence: Table | None


def agreement_view(agreement: Agreement) -> AgreementView:
    """The forest of coefficients, and the prevalence of answers where it is known."""
    groups = grouped(agreement.estimates)
    counts = agreement.prevalence
    prevalence = bar_table("Prevalence: how often each answer was given", "Answer", counts)
    return AgreementView(_table(groups) if groups else None, prevalence if counts else None)


def _table(groups: list[Group]) -> Table:
    scale = scale_of(values_of(groups), keep=(0.0, 1.0))
    found = overs(groups)
    return Table(
        caption="Coefficients of agreement, with an interval for each question",
        corner="Coefficient",
        columns=(
            Column("", "plot"),
            Column("Value"),
            *(Column(interval_heading(over)) for over in found),
        ),
        rows=tuple(_row(group, scale, found) for group in groups),
        axis=axis(scale),
        legend=over_legend(found),
    )


def _row(group: Group, scale: Scale, found: list[Over | None]) -> Row:
    known = term(group.name)
    about = f": {inline(group.subject)}" if group.subject else ""
    cells = (
        Cell(interval_row(group, scale)),
        Cell(number(group.value), class_="value"),
        *(Cell(interval(group.over(over))) for over in found),
    )
    under = (known.asks, _scale(group), made_from(group.size))
    return Row(known.title + about, cells, tuple(filter(None, under)), notes=notes_of(group, found))


def _scale(group: Group) -> str:
    return next((e.scale for e in group.estimates if e.scale), "")


def interval_heading(over: Over | None) -> str:
    """The heading of a column of intervals."""
    return capital(OVER[over]) or "Interval"


def notes_of(group: Group, found: Sequence[Over | None]) -> tuple[str, ...]:
    """Why the value, or an interval that the table has a column for, is undefined."""
    if group.value is None:
        return tuple(f"Undefined: {note}" for note in group.notes)
    blank = [group.over(over) for over in found]
    return tuple(
        f"No interval {OVER[e.over]}: {e.note}"
        for e in blank
        if e is not None and e.note and interval(e) == UNDEFINED
    )


def made_from(estimate: Estimate | None) -> str:
    """`480 units, 24 workers, 2,400 judgements`; empty where that is not known."""
    if estimate is None:
        return ""
    counts = (
        (estimate.n_units, "units"),
        (estimate.n_workers, "workers"),
        (estimate.n_judgements, "judgements"),
    )
    return ", ".join(f"{n:,} {what}" for n, what in counts if n is not None)
