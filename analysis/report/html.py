"""From content to one HTML file: no script, nothing to fetch, all text escaped."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from analysis.report.content import ReportContent
from analysis.report.findings.finding import PEOPLE
from analysis.report.findings.summary import findings
from analysis.report.nouns import speaking_of, worded
from analysis.report.outline import outline
from analysis.report.sections.study import banners, facts
from analysis.report.wording import reasons, sentence, stop

REPLACED = "\N{REPLACEMENT CHARACTER}"
UNPRINTABLE = {
    **{c: REPLACED for c in range(0x20) if chr(c) not in "\t\n"},
    **dict.fromkeys(range(127, 160), REPLACED),
    **dict.fromkeys(range(55296, 57344), REPLACED),
    **{c: REPLACED for plane in range(17) for c in (plane << 16 | 0xFFFE, plane << 16 | 0xFFFF)},
    **dict.fromkeys(range(64976, 65008), REPLACED),
}


def render(content: ReportContent) -> str:
    """The whole report as one HTML document; the same content gives the same characters.

    Characters that HTML cannot carry (controls, lone surrogates) become U+FFFD.
    """
    with speaking_of(content.study.noun):
        page = _page(content)
    return page.replace("\r\n", "\n").replace("\r", "\n").translate(UNPRINTABLE)


def _page(content: ReportContent) -> str:
    return (
        _environment()
        .get_template("report.html")
        .render(
            content=content,
            study=content.study,
            banners=banners(content.study),
            facts=facts(content.study),
            findings=findings(content),
            sections=outline(content),
            who=PEOPLE[content.study.people],
        )
    )


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
    environment.filters |= {
        "reasons": reasons,
        "sentence": sentence,
        "stop": stop,
        "worded": worded,
    }
    return environment
