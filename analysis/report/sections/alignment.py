"""Alignment and faithfulness: per metric, every explainer on one axis with floor and ceiling."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.report.content import Alignment, Faithfulness
from analysis.report.glossary import Term, source, subject, term
from analysis.report.groups import Group, overs
from analysis.report.ladder import FLOORS, RESERVED, Ladder, ladders, role_of
from analysis.report.plots.intervals import (
    axis,
    band_key,
    dot_key,
    interval_row,
    over_legend,
    reference_key,
    values_of,
)
from analysis.report.sections.agreement import interval_heading, notes_of
from analysis.report.sections.differences import difference_table
from analysis.report.svg import Scale, scale_of
from analysis.report.tables import Cell, Column, Legend, Row, Table
from analysis.report.wording import defined, interval, number
from db.records import Estimate, Over


@dataclass(frozen=True)
class MetricView:
    """One metric: its heading, what it asks, its table."""

    title: str
    asks: str
    table: Table


@dataclass(frozen=True)
class AlignmentView:
    """What the section shows; `differences` is None where nothing was compared in pairs."""

    metrics: list[MetricView]
    differences: Table | None = None


def alignment_view(alignment: Alignment) -> AlignmentView:
    """A table per metric with floor, ceiling and normalised score, and the paired comparisons."""
    normalised = {(e.name, e.subject): e for e in alignment.normalised}
    metrics = [_metric(ladder, normalised) for ladder in ladders(alignment.estimates)]
    return AlignmentView(metrics, difference_table(alignment.differences))


def faithfulness_view(faithfulness: Faithfulness) -> AlignmentView:
    """The same without people."""
    return AlignmentView([_metric(ladder, {}) for ladder in ladders(faithfulness.estimates)])


def _metric(ladder: Ladder, normalised: dict[tuple[str, str], Estimate]) -> MetricView:
    known = term(ladder.metric)
    return MetricView(known.title, _asks(known), _table(ladder, known, normalised))


def _asks(known: Term) -> str:
    better = {"higher": "Higher is better.", "lower": "Lower is better.", "neither": ""}
    return " ".join(filter(None, (known.asks, better[known.better])))


def _table(ladder: Ladder, known: Term, normalised: dict[tuple[str, str], Estimate]) -> Table:
    values = values_of(ladder.rows)
    inside = all(v is None or 0 <= v <= 1 for v in values)
    scale = scale_of(values, keep=(0.0, 1.0) if inside else (0.0,))
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
        rows=tuple(_row(g, ladder, scale, found, normalised, shown) for g in ladder.rows),
        axis=axis(scale),
        legend=_legend(ladder, found),
        quiet=True,
    )


def _row(
    group: Group,
    ladder: Ladder,
    scale: Scale,
    found: list[Over | None],
    normalised: dict[tuple[str, str], Estimate],
    shown: bool,
) -> Row:
    share = normalised.get((group.name, group.subject))
    cells = (
        Cell(interval_row(group, scale, role_of(group.subject), ladder.backdrop)),
        Cell(number(group.value), class_="value"),
        *(Cell(interval(group.over(over))) for over in found),
        *((Cell(number(share.value, 2) if share else ""),) if shown else ()),
    )
    notes = notes_of(group, found)
    if share is not None and share.note and not defined(share.value):
        notes = (*notes, f"Not normalised: {share.note}")
    under = tuple(filter(None, (_kind(group.subject),)))
    return Row(subject(group.subject), cells, under, role_of(group.subject), notes)


def _kind(name: str) -> str:
    """What stands under a name: the part it plays, or where the explainer comes from."""
    if name in FLOORS:
        return "floor"
    if name in RESERVED:
        return "ceiling" if name == "people" else "under the same k"
    return source(name)


def _legend(ladder: Ladder, found: list[Over | None]) -> Legend:
    legend: Legend = [(dot_key("estimate"), "explainer")]
    if ladder.floors:
        legend.append((dot_key("floor"), "floor"))
        legend.append((reference_key(), "value of a floor"))
    if ladder.oracle is not None:
        legend.append((dot_key("oracle"), "best possible"))
    if ladder.people is not None:
        legend.append((band_key(), "people among themselves"))
    return legend + over_legend(found)
