"""Plots in the page: folded, text as text, inside a telephone's window, readable on both grounds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from plot_sample import charts, judgements
from test_report_browser import HOSTILE, LUMINANCE

from analysis.report.content import ReportContent
from analysis.report.html import render
from analysis.report.plots.charts import Chart

ODD = (HOSTILE, "a rather long label that goes on", "わからない", "c", "d", "e")


def with_plots(sample: ReportContent, found: dict[str, Chart]) -> ReportContent:
    """The sample with plots in both sections."""
    first = tuple(c for name, c in found.items() if name.startswith("agreement"))
    second = tuple(c for c in found.values() if c not in first)
    return replace(
        sample,
        agreement=replace(sample.agreement, plots=first),  # type: ignore[type-var]
        aggregation=replace(sample.aggregation, plots=second),  # type: ignore[type-var]
    )


def test_a_report_without_plots_has_no_empty_fold(sample: ReportContent) -> None:
    assert '<details class="plots">' not in render(sample)
    html = render(with_plots(sample, charts(judgements())))
    assert html.count('<details class="plots">') == 2
    assert "NaN" not in html and ">None<" not in html


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_hostile_labels_stay_text_within_the_window(
    sample: ReportContent, open_report: Any, width: int, scheme: str
) -> None:
    odd = with_plots(sample, charts(judgements(ODD, units=200, workers=60)))
    page = open_report(render(odd), width, scheme)
    assert not page.locator(".plotted").first.is_visible()
    page.locator("details.plots").evaluate_all("all => all.forEach(d => d.open = true)")
    assert page.locator(".plotted").count() == 6
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("script, img, iframe").count() == 0
    outside = page.evaluate(
        """width => [...document.querySelectorAll('.plotted text')]
             .filter(e => { const r = e.getBoundingClientRect();
                            return r.left < 0 || r.right > width })
             .map(e => e.textContent)""",
        width,
    )
    assert outside == []


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_of_plots_stand_out(sample: ReportContent, open_report: Any, scheme: str) -> None:
    page = open_report(render(with_plots(sample, charts(judgements()))), scheme=scheme)
    page.locator("details.plots").evaluate_all("all => all.forEach(d => d.open = true)")
    kinds = [".said", ".axis-name", ".course .level", "text.row-name", "text.heading",
             ".plotted .legend", "summary h3"]  # fmt: skip
    contrast = {kind: page.locator(kind).first.evaluate(LUMINANCE) for kind in kinds}
    assert {kind: value for kind, value in contrast.items() if value < 4.5} == {}


@pytest.mark.browser
def test_who_cannot_see_is_told_what_is_drawn(sample: ReportContent, open_report: Any) -> None:
    page = open_report(render(with_plots(sample, charts(judgements()))))
    page.locator("details.plots").evaluate_all("all => all.forEach(d => d.open = true)")
    for words in ("Agreement over time: ", "What is taken for what. negative: ",
                  "How sure the consensus is. negative: "):  # fmt: skip
        assert page.get_by_role("img", name=words).count() == 1
