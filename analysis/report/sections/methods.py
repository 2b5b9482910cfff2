"""Methods: how every number was computed, by whose method, and what its interval answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analysis.report.content import (
    Aggregation,
    Agreement,
    Alignment,
    Faithfulness,
    Methods,
    Missing,
    Ratings,
    ReportContent,
    Teaching,
    TrainingHealth,
    Workers,
)
from analysis.report.glossary import source, subject, term
from analysis.report.ladder import RESERVED
from analysis.report.tables import Cell, Column, Row, Table
from analysis.report.wording import defined
from db.records import Estimate, Over

ANSWERS: dict[Over | None, tuple[str, str]] = {
    "units": (
        "Over units",
        "Would other instances, judged by these same workers, give this number?",
    ),
    "workers": (
        "Over workers",
        "Would other workers, on these same instances, give this number?",
    ),
    "both": (
        "Over units and workers",
        "Would other workers on other instances give it? The most cautious of the three.",
    ),
    "seeds": (
        "Over seeds and instances",
        "Would training again, from other random starts and judged on other instances, give it?",
    ),
}


@dataclass(frozen=True)
class MethodsView:
    """What the section shows beside its texts; `exclusions` are pairs of section and count."""

    table: Table | None
    intervals: list[tuple[str, str]]
    sources: list[str]
    exclusions: list[tuple[str, str]]


def methods_view(methods: Methods, content: ReportContent) -> MethodsView:
    """Collected from the whole report, so that what is told here cannot drift from the numbers."""
    return MethodsView(
        methods_table(content),
        interval_answers(content),
        [*known_sources(content), *methods.sources],
        exclusions(content),
    )


def estimates_of(content: ReportContent) -> Iterator[Estimate]:
    """Every estimate of the report, in the order of its sections."""
    if isinstance(content.workers, Workers) and content.workers.gold_accuracy is not None:
        yield content.workers.gold_accuracy
    for part in (content.agreement, content.alignment, content.ratings, content.faithfulness):
        if isinstance(part, Agreement | Alignment | Ratings | Faithfulness):
            yield from part.estimates
    if isinstance(content.alignment, Alignment):
        yield from (d.estimate for d in content.alignment.differences)
    if isinstance(content.teaching, Teaching):
        yield from content.teaching.means
        yield from (d.estimate for d in content.teaching.differences)
    if isinstance(content.health, TrainingHealth):
        yield from content.health.estimates


def interval_answers(content: ReportContent) -> list[tuple[str, str]]:
    """The questions that the report's intervals answer, for those that occur."""
    return answers_for(estimates_of(content))


def answers_for(estimates: Iterable[Estimate]) -> list[tuple[str, str]]:
    """What was resampled, and the question that its intervals answer, for those that occur."""
    found = {e.over for e in estimates if defined(e.low)}
    return [answer for over, answer in ANSWERS.items() if over in found]


def methods_table(content: ReportContent) -> Table | None:
    """Number → how it was computed → whose method, once each; None without estimates."""
    ways: dict[str, dict[str, None]] = {}
    for e in estimates_of(content):
        ways.setdefault(e.name, {}).update({e.method: None} if e.method else {})
    rows = tuple(
        Row(term(name).title, (Cell("; ".join(methods) or "—"), Cell(term(name).source or "—")))
        for name, methods in ways.items()
        if methods or term(name).source
    )
    columns = (Column("Computed as", "text"), Column("Source", "text"))
    caption = "How each number was computed"
    return Table(caption, "Number", columns, rows, quiet=True) if rows else None


def known_sources(content: ReportContent) -> list[str]:
    """`Integrated gradients: Sundararajan et al. 2017`, for explainers, objectives and methods."""
    names = {e.subject: None for e in estimates_of(content) if e.subject not in RESERVED}
    if isinstance(content.aggregation, Aggregation):
        names |= {c.method: None for c in content.aggregation.methods}
    return [f"{subject(name)}: {source(name)}" for name in names if source(name)]


def exclusions(content: ReportContent) -> list[tuple[str, str]]:
    """What each section left out: (section, `3 × no token marked`)."""
    named = (
        ("Workers", content.workers),
        ("Agreement", content.agreement),
        ("Aggregation", content.aggregation),
        ("Alignment", content.alignment),
        ("Ratings", content.ratings),
        ("Faithfulness", content.faithfulness),
        ("Teaching", content.teaching),
        ("Contrasts", content.contrasts),
        ("Training health", content.health),
    )
    return [
        (name, f"{n:,} × {reason}")
        for name, part in named
        if part is not None and not isinstance(part, Missing)
        for reason, n in part.excluded.items()
    ]
