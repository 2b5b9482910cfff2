"""Methods: how every number was computed, by whose method, and what its interval answers."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.report.content import (
    Aggregation,
    Agreement,
    Alignment,
    Faithfulness,
    ReportContent,
    Teaching,
    Workers,
)
from analysis.report.glossary import source, subject, term
from analysis.report.ladder import RESERVED
from analysis.report.tables import Cell, Column, Row, Table
from analysis.report.wording import counted
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
        "Over seeds",
        "Would training again, from other random starts, give this number?",
    ),
}


def estimates_of(content: ReportContent) -> Iterator[Estimate]:
    """Every estimate of the report, in the order of its sections."""
    if isinstance(content.workers, Workers) and content.workers.gold_accuracy is not None:
        yield content.workers.gold_accuracy
    for part in (content.agreement, content.alignment, content.faithfulness):
        if isinstance(part, Agreement | Alignment | Faithfulness):
            yield from part.estimates
    if isinstance(content.alignment, Alignment):
        yield from (d.estimate for d in content.alignment.differences)
    if isinstance(content.teaching, Teaching):
        yield from content.teaching.means
        yield from (d.estimate for d in content.teaching.differences)


def interval_answers(content: ReportContent) -> list[tuple[str, str]]:
    """The questions that the report's intervals answer, for those that occur."""
    found = {e.over for e in estimates_of(content) if e.low is not None}
    return [answer for over, answer in ANSWERS.items() if over in found]


def methods_table(content: ReportContent) -> Table | None:
    """Number → how it was computed → whose method, once each; None without estimates."""
    ways: dict[str, dict[str, None]] = {}
    for e in estimates_of(content):
        ways.setdefault(e.name, {}).setdefault(e.method or "—")
    rows = tuple(
        Row(term(name).title, (Cell("; ".join(methods)), Cell(term(name).source or "—")))
        for name, methods in ways.items()
    )
    columns = (Column("Computed as", "text"), Column("Source", "text"))
    return Table("How each number was computed", "Number", columns, rows) if rows else None


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
        ("Faithfulness", content.faithfulness),
        ("Teaching", content.teaching),
    )
    return [
        (name, f"{counted(n, 'time')}: {reason}")
        for name, part in named
        if part is not None and hasattr(part, "excluded")
        for reason, n in part.excluded.items()
    ]
