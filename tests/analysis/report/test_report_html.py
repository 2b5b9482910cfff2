"""The report as one document: whole, well-formed, honest, the same each time."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import fields, replace
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from report_sample import agreement, contrasts, study, text_instance

from analysis.report.content import Contrast, DataSource, Missing, ReportContent
from analysis.report.html import render
from db.records import Estimate

VOID = {"meta", "link", "br", "hr", "img", "input"}
SECTIONS = [f.name for f in fields(ReportContent) if f.name not in ("title", "study")]


class Outline(HTMLParser):
    """Checks nesting while it reads; keeps headings, ids, links and the text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[str] = []
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> repeats an attribute"
        values = dict(attrs)
        self.ids += [values["id"]] if values.get("id") else []
        self.links += [values["href"]] if values.get("href") else []
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack and self.stack.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        if "style" not in self.stack:
            self.text.append(data)


def text_of(html: str) -> str:
    """All text, whitespace made plain."""
    return " ".join("".join(Outline(html).text).split())


def test_the_same_content_makes_the_same_bytes(sample: ReportContent) -> None:
    assert render(sample).encode() == render(sample).encode()


def test_tags_nest_and_ids_are_unique(sample: ReportContent) -> None:
    outline = Outline(render(sample))
    assert outline.stack == []
    assert [name for name, n in Counter(outline.ids).items() if n > 1] == []
    anchors = {link[1:] for link in outline.links if link.startswith("#")}
    assert anchors <= set(outline.ids)


def test_heading_levels_never_skip(sample: ReportContent) -> None:
    levels = Outline(render(sample)).headings
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


def test_nothing_is_loaded_and_nothing_runs(sample: ReportContent) -> None:
    html = render(sample)
    assert set(Outline(html).links) - {"data:,"} == {
        link for link in Outline(html).links if link.startswith("#")
    }
    assert not re.search(r"<script|\bsrc=|url\(|@import|\son\w+=", html)
    assert "default-src 'none'" in html


def test_every_drawing_has_words_or_is_hidden(sample: ReportContent) -> None:
    html = render(sample)
    drawings = re.findall(r"<svg [^>]*>", html)
    outer = [d for d in drawings if "overflow" not in d]
    assert len(outer) > 50
    assert all('aria-label="' in d or 'aria-hidden="true"' in d for d in outer)


def test_twelve_heatmaps_stay_below_a_megabyte_and_a_half(sample: ReportContent) -> None:
    pairs = contrasts().pairs * 2
    html = render(replace(sample, contrasts=replace(contrasts(), pairs=pairs)))
    assert html.count('<article class="contrast"') == 12
    assert len(html.encode()) < 1_500_000


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_that_is_none_is_not_shown(sample: ReportContent, name: str) -> None:
    assert f'<section id="{name}"' in render(sample)
    outline = Outline(render(replace(sample, **{name: None})))
    assert name not in outline.ids and f"#{name}" not in outline.links


@pytest.mark.parametrize("name", SECTIONS)
def test_a_missing_section_says_why_and_what_to_run(sample: ReportContent, name: str) -> None:
    missing = Missing("no assignment has been collected", "konkyo collect pilot")
    text = text_of(render(replace(sample, **{name: missing})))
    assert "No assignment has been collected." in text
    assert "konkyo collect pilot" in text


def test_a_report_of_a_study_alone_is_whole() -> None:
    html = render(ReportContent("Nothing yet", study()))
    assert Outline(html).stack == []
    assert "What was found" not in html


def test_undefined_numbers_are_a_dash_with_the_reason(sample: ReportContent) -> None:
    undefined = Estimate("token_alpha", math.nan, math.nan, math.nan, math.nan, over="units",
                         note="every judgement is 'positive'")  # fmt: skip
    content = replace(sample, agreement=replace(agreement(), estimates=(undefined,)))
    html = render(content)
    assert not re.search(r"\bnan\b|\binf\b|\bNone\b", text_of(html), re.IGNORECASE)
    assert "nan" not in re.findall(r'(?:x1|x2|cx|width)="([^"]*)"', html)
    assert "Undefined: every judgement is 'positive'" in text_of(html)
    assert "This cannot be said." in text_of(html)


@pytest.mark.parametrize(
    ("people", "said", "unsaid"),
    [
        ("simulated", "These workers are simulated.", "Some of these workers"),
        ("mixed", "Some of these workers are simulated.", "These workers are simulated."),
        ("real", "Data: konkyo film notes.", "simulated."),
    ],
)
def test_simulated_workers_are_said_aloud(
    sample: ReportContent, people: Any, said: str, unsaid: str
) -> None:
    text = text_of(render(replace(sample, study=replace(study(), people=people))))
    assert said in text and unsaid not in text


def test_a_corpus_written_for_the_project_is_said_aloud(sample: ReportContent) -> None:
    assert "was written for this project, not collected" in text_of(render(sample))
    found = replace(study(), data=(DataSource("SST"),))
    assert "written for this project" not in text_of(render(replace(sample, study=found)))


def test_characters_that_html_cannot_carry_are_replaced(sample: ReportContent) -> None:
    instance = text_instance("a\x00 b\ud800 c\x85 d\r\ne")
    marks = np.ones(instance.n_tokens, np.float32)
    pair = Contrast(instance, "lime", marks, marks, 5, "yes")
    html = render(replace(sample, contrasts=replace(contrasts(), pairs=(pair,))))
    assert html.encode("utf-8").count("\N{REPLACEMENT CHARACTER}".encode()) >= 3
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", html)
