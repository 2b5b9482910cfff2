"""Agreement: a row per coefficient with its intervals, and how common each answer is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.report.content import Agreement
from analysis.report.glossary import BESIDE, inline, term
from analysis.report.groups import Group, grouped, overs
from analysis.report.nouns import worded
from analysis.report.plots.intervals import axis, interval_row, over_legend, values_of
from analysis.report.plots.screen import ScreenPlot, on_screen
from analysis.report.sections.bars import bar_table
from analysis.report.svg import Scale, scale_of
from analysis.report.tables import Cell, Column, Row, Table
from analysis.report.wording import OVER, UNDEFINED, capital, interval, number
from db.records import Estimate, Over


@dataclass(frozen=True)
class AgreementView:
    """What the section shows."""

    table: Table | None
    beside: Table | None
    prevalence: Table | None
    plots: list[ScreenPlot]


def agreement_view(agreement: Agreement) -> AgreementView:
    """Coefficients on one axis; what they are read beside; the prevalence of answers, if known."""
    groups = grouped(agreement.estimates)
    coefficients = [group for group in groups if group.name not in BESIDE]
    beside = [group for group in groups if group.name in BESIDE]
    counts = agreement.prevalence
    prevalence = bar_table("Prevalence: how often each answer was given", "Answer", counts)
    return AgreementView(
        _table(coefficients) if coefficients else None,
        _beside(beside) if beside else None,
        prevalence if counts else None,
        [on_screen(chart) for chart in agreement.plots],
    )


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
        legend=over_legend(groups),
    )


def _beside(groups: list[Group]) -> Table:
    """Numbers on scales of their own, so without a plot."""
    found = overs(groups)
    return Table(
        caption="To be read beside agreement",
        corner="Number",
        columns=(Column("Value"), *(Column(interval_heading(over)) for over in found)),
        rows=tuple(_plain_row(group, found) for group in groups),
    )


def _plain_row(group: Group, found: list[Over | None]) -> Row:
    cells = (
        Cell(number(group.value), class_="value"),
        *(interval_cell(group, over) for over in found),
    )
    return Row(_title(group), cells, _under(group), notes=notes_of(group, found))


def _title(group: Group) -> str:
    about = f": {inline(group.subject)}" if group.subject else ""
    return term(group.name).title + about


def _under(group: Group) -> tuple[str, ...]:
    scale = next((e.scale for e in group.estimates if e.scale), "")
    return tuple(filter(None, (term(group.name).asks, worded(scale), made_from(group.size))))


def _row(group: Group, scale: Scale, found: list[Over | None]) -> Row:
    cells = (
        Cell(interval_row(group, scale)),
        Cell(number(group.value), class_="value"),
        *(interval_cell(group, over) for over in found),
    )
    return Row(_title(group), cells, _under(group), notes=notes_of(group, found))


def interval_heading(over: Over | None) -> str:
    """The heading of a column of intervals."""
    return capital(OVER[over]) or "Interval"


def interval_cell(group: Group, over: Over | None) -> Cell:
    """The interval over one thing, and under it those made in another way (a jackknife)."""
    found = group.over(over)
    lines = [
        f"{'jackknife' if 'jackknife' in e.method.lower() else 'or'} {interval(e)}"
        for e in found[1:]
        if interval(e) != UNDEFINED
    ]
    return Cell(interval(found[0] if found else None), tuple(lines))


def notes_of(group: Group, found: Sequence[Over | None]) -> tuple[str, ...]:
    """Why the value, or an interval that the table has a column for, is undefined."""
    if group.value is None:
        return tuple(f"Undefined: {note}" for note in group.notes)
    blank = [e for over in found for e in group.over(over)[:1]]
    return tuple(
        f"No interval {OVER[e.over]}: {e.note}"
        for e in blank
        if e.note and interval(e) == UNDEFINED
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
