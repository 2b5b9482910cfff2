"""The summary: the findings that the content allows, in the order of the loop."""

from __future__ import annotations

from analysis.report.content import Agreement, Alignment, Ratings, ReportContent, Teaching
from analysis.report.findings.agreement import agreement_finding
from analysis.report.findings.alignment import alignment_finding
from analysis.report.findings.finding import Finding
from analysis.report.findings.ratings import ratings_finding
from analysis.report.findings.teaching import teaching_finding


def findings(content: ReportContent) -> list[Finding]:
    """One finding per question that the content has numbers for."""
    people = content.study.people
    found: list[Finding | None] = []
    if isinstance(content.agreement, Agreement):
        found.append(agreement_finding(content.agreement, people))
    if isinstance(content.alignment, Alignment):
        found.append(alignment_finding(content.alignment, people))
    if isinstance(content.ratings, Ratings):
        found.append(ratings_finding(content.ratings, people))
    if isinstance(content.teaching, Teaching):
        found.append(teaching_finding(content.teaching, people))
    return [finding for finding in found if finding is not None]
