"""Paired differences: one row each, a dot with its interval against zero, and a verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from analysis.report.glossary import inline, subject, term
from analysis.report.groups import Group
from analysis.report.plots.intervals import Backdrop, axis, interval_row, over_legend, values_of
from analysis.report.sections.agreement import notes_of
from analysis.report.svg import Scale, scale_of
from analysis.report.tables import Cell, Column, Row, Table
from analysis.report.teaching import Difference, Direction
from analysis.report.verdict import SIGNS, Verdict, p_text, verdict
from analysis.report.wording import OVER, UNDEFINED, interval, number


def better_end(name: str) -> Direction:
    """Which end of a metric is better, by its name."""
    return term(name).better


def difference_table(
    differences: Iterable[Difference],
    caption: str = "Paired differences on the same instances",
    direction: Callable[[str], Direction] = better_end,
    threshold: float = 0.05,
) -> Table | None:
    """The table, or None where there is no difference to show."""
    rows = list(differences)
    groups = [Group(d.estimate.name, d.estimate.subject, (d.estimate,)) for d in rows]
    if not rows:
        return None
    scale = scale_of(values_of(groups), keep=(0.0,))
    columns = [Column("", "plot"), Column("Difference")]
    columns += [Column("p")] if any(d.p is not None for d in rows) else []
    columns += [Column("Detectable")] if any(d.detectable is not None for d in rows) else []
    return Table(
        caption=caption,
        corner="Comparison",
        columns=(*columns, Column("Verdict", "text")),
        rows=tuple(
            _row(d, g, scale, columns, verdict(d, direction(d.estimate.name), threshold))
            for d, g in zip(rows, groups, strict=True)
        ),
        axis=axis(scale),
        legend=over_legend(groups),
        quiet=True,
    )


def _row(
    difference: Difference, group: Group, scale: Scale, columns: list[Column], found: Verdict
) -> Row:
    e = difference.estimate
    optional = {
        "p": Cell(p_text(difference.p), _smallest(difference.smallest_p)),
        "Detectable": Cell(number(difference.detectable)),
    }
    inside = interval(e, signed=True)
    lines = () if inside == UNDEFINED else tuple(filter(None, (inside, OVER[e.over])))
    cells = (
        Cell(interval_row(group, scale, "estimate", Backdrop(lines=(0.0,)))),
        Cell(number(e.value, signed=True), lines, "value"),
        *(optional[c.title] for c in columns if c.title in optional),
        verdict_cell(found),
    )
    name = f"{subject(e.subject)} − {inline(difference.against)}"
    return Row(name, cells, (term(e.name).title,), notes=notes_of(group, ()))


def _smallest(p: float | None) -> tuple[str, ...]:
    return () if p is None else (f"smallest possible {p_text(p)}",)


def verdict_cell(found: Verdict) -> Cell:
    """A sign and the word, and the reason where there is one."""
    lines = (found.reason,) if found.reason else ()
    if found.word == "undefined":
        return Cell(UNDEFINED, lines, "verdict")
    return Cell(f"{SIGNS[found.word]} {found.word}", lines, f"verdict {found.class_}")
