"""Alignment and faithfulness: per metric, every explainer on one axis with floor and ceiling."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.report.content import Alignment, Faithfulness, People
from analysis.report.findings.finding import PEOPLE
from analysis.report.glossary import Term, source, subject, term
from analysis.report.groups import Group, overs
from analysis.report.ladder import FLOORS, Ladder, ladders, role_of
from analysis.report.plots.intervals import (
    Backdrop,
    axis,
    band_key,
    dot_key,
    interval_row,
    over_legend,
    reference_key,
    values_of,
)
from analysis.report.sections.agreement import interval_cell, interval_heading, notes_of
from analysis.report.sections.contracts import ContractsView, contracts_view
from analysis.report.sections.differences import difference_table
from analysis.report.svg import Scale, scale_of
from analysis.report.tables import Cell, Column, Legend, Row, Table
from analysis.report.wording import defined, number
from db.records import Estimate, Over

MIXED = "ceiling; some simulated"
Normalised = dict[tuple[str, str], Estimate]


@dataclass(frozen=True)
class MetricView:
    """One metric: its heading, what it asks, its table."""

    title: str
    asks: str
    table: Table


@dataclass(frozen=True)
class AlignmentView:
    """What the section shows; `differences` is None where nothing was compared in pairs, and
    `contracts` where nothing says what the scores are."""

    metrics: list[MetricView]
    differences: Table | None = None
    contracts: ContractsView | None = None


def alignment_view(alignment: Alignment, people: People) -> AlignmentView:
    """A table per metric with floor, ceiling and normalised score, and the paired comparisons."""
    normalised = {(e.name, e.subject): e for e in alignment.normalised}
    metrics = [_metric(ladder, normalised, people) for ladder in ladders(alignment.estimates)]
    contracts = contracts_view(alignment.contracts)
    return AlignmentView(metrics, difference_table(alignment.differences), contracts)


def faithfulness_view(faithfulness: Faithfulness) -> AlignmentView:
    """The same without people."""
    return AlignmentView([_metric(each, {}, "real") for each in ladders(faithfulness.estimates)])


def _metric(ladder: Ladder, normalised: Normalised, people: People) -> MetricView:
    known = term(ladder.metric)
    return MetricView(known.title, _asks(known), _table(ladder, known, normalised, people))


def _asks(known: Term) -> str:
    better = {"higher": "Higher is better.", "lower": "Lower is better.", "neither": ""}
    return " ".join(filter(None, (known.asks, better[known.better])))


def _table(ladder: Ladder, known: Term, normalised: Normalised, people: People) -> Table:
    scale = scale_of(values_of(ladder.rows))
    found = overs(ladder.rows)
    shown = any(name == ladder.metric for name, _ in normalised)
    return Table(
        caption=f"{known.title} of each explainer",
        corner="Explainer",
        columns=(
            Column("", "plot"),
            Column("Score"),
            *(Column(interval_heading(over)) for over in found),
            *((Column("Floor to people"),) if shown else ()),
        ),
        rows=tuple(
            _row(g, ladder.backdrop, scale, found, normalised if shown else None, people)
            for g in ladder.rows
        ),
        axis=axis(scale),
        legend=_legend(ladder, people),
        quiet=True,
    )


def _row(
    group: Group,
    backdrop: Backdrop,
    scale: Scale,
    found: list[Over | None],
    normalised: Normalised | None,
    people: People,
) -> Row:
    share = (normalised or {}).get((group.name, group.subject))
    cells = (
        Cell(interval_row(group, scale, role_of(group.subject), backdrop)),
        Cell(number(group.value), class_="value"),
        *(interval_cell(group, over) for over in found),
        *((Cell(number(share.value, 2) if share else ""),) if normalised is not None else ()),
    )
    notes = notes_of(group, found)
    if share is not None and share.note and not defined(share.value):
        notes = (*notes, f"Not normalised: {share.note}")
    under = tuple(filter(None, (_kind(group.subject, people),)))
    return Row(subject(group.subject), cells, under, role_of(group.subject), notes)


def _kind(name: str, people: People) -> str:
    """What stands under a name: the part it plays, or where the explainer comes from."""
    if name in FLOORS:
        return "floor"
    if name == "oracle":
        return "under the same k"
    if name == "people":
        return {"real": "ceiling", "simulated": "ceiling; simulated", "mixed": MIXED}[people]
    return source(name)


def _legend(ladder: Ladder, people: People) -> Legend:
    legend: Legend = [(dot_key("estimate"), "explainer")]
    if ladder.floors:
        legend.append((dot_key("floor"), "floor"))
        legend.append((reference_key(), "value of a floor"))
    if ladder.oracle is not None:
        legend.append((dot_key("oracle"), "best possible"))
    if ladder.people is not None:
        legend.append((band_key(), f"{PEOPLE[people]} among themselves"))
    return legend + over_legend(ladder.rows)
