"""Ratings: a row per explainer on the axis of the points, the question, what intervals answer."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.report.content import People, Ratings
from analysis.report.findings.finding import PEOPLE
from analysis.report.glossary import source, subject, term
from analysis.report.groups import Group, overs
from analysis.report.ladder import FLOORS, role_of
from analysis.report.nouns import worded
from analysis.report.plots.intervals import axis, dot_key, interval_row, over_legend
from analysis.report.rated import EVERY, in_order, point_scale
from analysis.report.sections.agreement import (
    interval_cell,
    interval_heading,
    made_from,
    notes_of,
)
from analysis.report.sections.methods import answers_for
from analysis.report.svg import Scale
from analysis.report.tables import Cell, Column, Legend, Row, Table
from analysis.report.wording import capital, number
from db.records import Over

TITLE = term("mean rating").title


@dataclass(frozen=True)
class RatingsView:
    """What the section shows; `points` are the words of the scale: `1 not at all convincing`.

    `answers` are pairs: what was resampled, and the question that its intervals answer.
    """

    table: Table | None
    scale: str
    points: list[str]
    answers: list[tuple[str, str]]


def ratings_view(ratings: Ratings, people: People) -> RatingsView:
    """One table of all explainers, the highest mean first."""
    groups = in_order(ratings)
    scales = dict.fromkeys(e.scale for e in ratings.estimates if e.scale)
    return RatingsView(
        _table(groups, point_scale(ratings), people) if groups else None,
        "; ".join(scales),
        [
            f"{point}\N{NO-BREAK SPACE}{label}"
            for point, label in enumerate(ratings.labels, start=1)
        ],
        answers_for(ratings.estimates),
    )


def _table(groups: list[Group], scale: Scale, people: People) -> Table:
    found = overs(groups)
    return Table(
        caption=f"{TITLE} of each explainer",
        corner="Explainer",
        columns=(
            Column("", "plot"),
            Column(TITLE),
            *(Column(interval_heading(over)) for over in found),
        ),
        rows=tuple(_row(group, scale, found, people) for group in groups),
        axis=axis(scale),
        legend=_legend(groups),
    )


def _row(group: Group, scale: Scale, found: list[Over | None], people: People) -> Row:
    role = role_of(group.subject)
    cells = (
        Cell(interval_row(group, scale, role)),
        Cell(number(group.value), class_="value"),
        *(interval_cell(group, over) for over in found),
    )
    under = tuple(filter(None, (_kind(group.subject, people), made_from(group.size))))
    return Row(capital(subject(group.subject) or EVERY), cells, under, role, notes_of(group, found))


def _kind(name: str, people: People) -> str:
    """Where the rated rationales come from, under the name."""
    if name in FLOORS:
        return worded("control: knows nothing of the text")
    return f"what {PEOPLE[people]} marked" if name == "people" else source(name)


def _legend(groups: list[Group]) -> Legend:
    control = (dot_key("floor"), "control")
    found = [control] if any(g.subject in FLOORS for g in groups) else []
    return [*found, *over_legend(groups)]
