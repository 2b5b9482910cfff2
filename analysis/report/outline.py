"""The outline: which sections a report has, in order, and what each of them shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from analysis.report.content import Methods, Missing, ReportContent
from analysis.report.findings.finding import PEOPLE
from analysis.report.sections.aggregation import aggregation_view
from analysis.report.sections.agreement import agreement_view
from analysis.report.sections.alignment import alignment_view, faithfulness_view
from analysis.report.sections.contrasts import contrast_views
from analysis.report.sections.health import health_view
from analysis.report.sections.methods import methods_view
from analysis.report.sections.ratings import ratings_view
from analysis.report.sections.teaching import teaching_view
from analysis.report.sections.workers import workers_view

T = TypeVar("T")


class Section(NamedTuple):
    """A section to show: its anchor (and template), its part of the content, and its view.

    `view` is None where the part is `Missing`.
    """

    id: str
    title: str
    part: Any
    view: Any
    missing: bool


def outline(content: ReportContent) -> list[Section]:
    """The sections that are not None, in the order of the loop."""
    people = content.study.people
    who = PEOPLE[people]

    def aligned(part: Any) -> Any:
        return alignment_view(part, people)

    def rated(part: Any) -> Any:
        return ratings_view(part, people)

    def contrasted(part: Any) -> Any:
        return contrast_views(part, people)

    def told(part: Methods) -> Any:
        return methods_view(part, content)

    c = content
    sections = (
        _section("workers", "Workers and pay", c.workers, workers_view),
        _section("agreement", "Agreement", c.agreement, agreement_view),
        _section("aggregation", "Aggregation", c.aggregation, aggregation_view),
        _section("alignment", f"Alignment with {who}", c.alignment, aligned),
        _section("ratings", "Ratings of rationales", c.ratings, rated),
        _section("faithfulness", "Faithfulness", c.faithfulness, faithfulness_view),
        _section("teaching", "Before and after teaching", c.teaching, teaching_view),
        _section("contrasts", f"Where model and {who} differ", c.contrasts, contrasted),
        _section("health", "Training health", c.health, health_view),
        _section("methods", "Methods and caveats", c.methods, told),
    )
    return [section for section in sections if section is not None]


def _section(
    id_: str, title: str, part: T | Missing | None, view: Callable[[T], Any]
) -> Section | None:
    if part is None:
        return None
    if isinstance(part, Missing):
        return Section(id_, title, part, None, True)
    return Section(id_, title, part, view(part), False)
