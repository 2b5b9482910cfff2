"""Dots on a screen: a table whose rows have a drawing, so that a telephone shows them one by one."""

from __future__ import annotations

from analysis.report.plots.charts import DotRow, Dots
from analysis.report.plots.intervals import (
    HEIGHT,
    NOTHING,
    axis,
    behind,
    centred,
    dot,
    dot_key,
    interval_line,
)
from analysis.report.svg import Scale, picture, scale_of
from analysis.report.tables import Cell, Column, Row, Table
from analysis.report.wording import UNDEFINED, capital, defined, interval, interval_phrase, number

ROLES = ("estimate", "oracle")
"""The shape of each series: a disc, and a hollow diamond."""


def dots_table(chart: Dots) -> Table:
    """One row a thing: a drawing of all series, then each value with its interval under it."""
    ends = [n for row in chart.rows for e in row.estimates for n in (e.value, e.low, e.high)]
    scale = scale_of(ends, keep=(0.0, 1.0))
    several = len(chart.series) > 1
    names = [capital(name) for name in chart.series]
    return Table(
        caption=capital(chart.across),
        corner=capital(chart.up),
        columns=(Column("", "plot"), *(Column(name) for name in names)),
        rows=tuple(_row(row, scale) for row in chart.rows),
        axis=axis(scale),
        legend=[(dot_key(r), n) for r, n in zip(ROLES, names, strict=False)] if several else [],
        class_="dots",
    )


def _row(row: DotRow, scale: Scale) -> Row:
    parts = []
    for place, estimate in enumerate(row.estimates):
        y = 7 * (2 * place - len(row.estimates) + 1)
        if estimate.low is not None and estimate.high is not None:
            parts.append(interval_line(scale, estimate.low, estimate.high, y, estimate.over))
        if estimate.value is not None:
            parts.append(dot(scale.at(estimate.value), y, ROLES[place]))
    said = "; ".join(f"{number(e.value)} {interval_phrase(e)}".strip() for e in row.estimates)
    drawing = picture([behind(scale, NOTHING), centred(parts)], HEIGHT, said)
    cells = [
        Cell(number(e.value), _beneath(interval(e)), "" if place else "value")
        for place, e in enumerate(row.estimates)
    ]
    notes = dict.fromkeys(e.note for e in row.estimates if e.note and not defined(e.value))
    under = (row.under,) if row.under else ()
    return Row(row.name, (Cell(drawing), *cells), under, notes=tuple(notes))


def _beneath(text: str) -> tuple[str, ...]:
    return () if text == UNDEFINED else (text,)
