"""From content to one HTML file: no script, nothing to fetch, all text escaped."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from analysis.report.content import (
    Aggregation,
    Agreement,
    Alignment,
    Contrasts,
    Faithfulness,
    Methods,
    Missing,
    ReportContent,
    Teaching,
    Workers,
)
from analysis.report.findings.summary import findings
from analysis.report.sections.aggregation import aggregation_view
from analysis.report.sections.agreement import agreement_view
from analysis.report.sections.alignment import alignment_view, faithfulness_view
from analysis.report.sections.contrasts import contrast_views
from analysis.report.sections.methods import (
    exclusions,
    interval_answers,
    known_sources,
    methods_table,
)
from analysis.report.sections.study import banners, facts
from analysis.report.sections.teaching import teaching_view
from analysis.report.sections.workers import workers_view
from analysis.report.wording import percent, reasons, sentence

REPLACED = "\N{REPLACEMENT CHARACTER}"
UNPRINTABLE = {
    **{c: REPLACED for c in range(0x20) if chr(c) not in "\t\n"},
    **{c: REPLACED for c in range(0x7F, 0xA0)},
    **{c: REPLACED for c in range(0xD800, 0xE000)},
    **{c: REPLACED for plane in range(17) for c in (plane << 16 | 0xFFFE, plane << 16 | 0xFFFF)},
    **{c: REPLACED for c in range(0xFDD0, 0xFDF0)},
}


class Section(NamedTuple):
    """A section to show: its part of the content, and what its template prints."""

    id: str
    title: str
    part: Any
    view: Any
    missing: bool


def render(content: ReportContent) -> str:
    """The whole report as one HTML document; the same content gives the same characters.

    Characters that HTML cannot carry (controls, lone surrogates) become U+FFFD.
    """
    page = (
        _environment()
        .get_template("report.html")
        .render(
            content=content,
            study=content.study,
            banners=banners(content.study),
            facts=facts(content.study),
            findings=findings(content),
            sections=_sections(content),
        )
    )
    return page.replace("\r\n", "\n").replace("\r", "\n").translate(UNPRINTABLE)


@cache
def _environment() -> Environment:
    """Templates from the package; autoescape always, and a misspelt name is an error."""
    environment = Environment(
        loader=PackageLoader("analysis.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"percent": percent, "reasons": reasons, "sentence": sentence}
    return environment


def _sections(content: ReportContent) -> list[Section]:
    """The sections that are there, in order; the teaching of a model comes after its alignment."""
    people = content.study.people
    wanted: tuple[tuple[str, str, Any, type, Callable[[Any], Any]], ...] = (
        ("workers", "Workers and pay", content.workers, Workers, workers_view),
        ("agreement", "Agreement", content.agreement, Agreement, agreement_view),
        ("aggregation", "Aggregation", content.aggregation, Aggregation, aggregation_view),
        ("alignment", "Alignment with people", content.alignment, Alignment, alignment_view),
        ("faithfulness", "Faithfulness", content.faithfulness, Faithfulness, faithfulness_view),
        ("teaching", "Before and after teaching", content.teaching, Teaching, teaching_view),
        (
            "contrasts",
            "Where model and people differ",
            content.contrasts,
            Contrasts,
            lambda part: contrast_views(part, people),
        ),
        (
            "methods",
            "Methods and caveats",
            content.methods,
            Methods,
            lambda part: _methods(content),
        ),
    )
    return [
        Section(
            id_,
            title,
            part,
            None if isinstance(part, Missing) else view(part),
            isinstance(part, Missing),
        )
        for id_, title, part, _, view in wanted
        if part is not None
    ]


def _methods(content: ReportContent) -> dict[str, Any]:
    return {
        "table": methods_table(content),
        "intervals": interval_answers(content),
        "sources": known_sources(content),
        "exclusions": exclusions(content),
    }
