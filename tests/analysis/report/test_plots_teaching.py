"""Plots of teaching: which numbers stand under the axis, in which words, and where they fit."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_sample import teaching

from analysis.report.content import ReportContent
from analysis.report.html import render
from analysis.report.plots.arms import arms
from analysis.report.plots.learning_curve import learning_curve
from analysis.report.plots.paper import on_paper
from analysis.report.plots.screen import on_screen
from analysis.report.plots.ticks import Span, fitting
from analysis.report.teaching import Taught
from db.records import Estimate

CENTS = Decimal("0.52")
FRACTIONS = (0.0, 0.1, 0.25, 0.5, 1.0)


def curve(each: Decimal | None = CENTS, most: int = 240) -> tuple[Taught, ...]:
    """Five parts of 240 rationales, at 52 cents each unless another price is given."""
    found = []
    for part in FRACTIONS:
        mean = Estimate("human_auroc", 0.5 + 0.3 * part, 0.01, 0.45, 0.85, over="seeds")
        n = round(part * most)
        cost = None if each is None else each * n
        found.append(Taught(part, n, (mean,), cost, each, "" if each is None else "USD"))
    return tuple(found)


def priced(sample: ReportContent) -> ReportContent:
    return replace(sample, teaching=replace(sample.teaching, curve=curve()))  # type: ignore[type-var]


def test_every_number_of_rationales_stands_over_what_it_costs() -> None:
    chart = learning_curve(curve(), "human_auroc")
    assert chart is not None
    # 0.52 USD each: 24 of them 12.48, 60 of them 31.20, 120 of them 62.40
    assert [(p.name, p.under) for p in chart.points] == [
        ("0", "0.00"), ("24", "12.48"), ("60", "31.20"), ("120", "62.40"), ("240", "124.80"),
    ]  # fmt: skip
    assert chart.across == (
        "training instances with human rationales; below, what these cost in USD, at 0.52 USD each"
    )
    assert chart.places == FRACTIONS


def test_money_that_nobody_knows_is_not_on_the_axis() -> None:
    chart = learning_curve(curve(None), "human_auroc")
    assert chart is not None
    assert chart.across == "training instances with human rationales"
    assert {p.under for p in chart.points} == {""}
    assert learning_curve((), "human_auroc") is None


def test_less_than_a_cent_each_is_not_said_to_be_nothing() -> None:
    chart = learning_curve(curve(Decimal("0.00375")), "human_auroc")
    assert chart is not None and chart.across.endswith("at 0.0038 USD each")


def test_objectives_stand_in_their_order_with_their_means() -> None:
    shown = teaching()
    chart = arms(shown, "task_f1")
    assert chart is not None
    assert [row.name for row in chart.rows] == [
        "Vanilla (baseline)", "Attention supervision", "Saliency learning", "Shuffled (control)",
    ]  # fmt: skip
    means = {e.subject: e.value for e in shown.means if e.name == "task_f1"}
    assert [row.estimates[0].value for row in chart.rows] == list(means.values())
    assert "The mean over 6 seeds" in chart.caption and "95% intervals" in chart.caption
    assert chart.across.endswith("(higher is better)")
    assert arms(shown, "something else") is None


SPANS = st.lists(
    st.tuples(st.floats(0, 100), st.floats(0.1, 30)).map(lambda t: Span(t[0], t[0] + t[1])),
    max_size=12,
)


@given(SPANS, st.floats(0, 5))
def test_names_that_are_shown_never_collide_and_none_with_room_is_missing(
    spans: list[Span], gap: float
) -> None:
    def meet(a: Span, b: Span) -> bool:
        """Two stretches, one of them made longer by the gap at both ends, have a place in common."""
        return max(a.left, b.left) < min(a.right, b.right) + gap

    shown = fitting(spans, gap)
    assert shown == sorted(set(shown))
    pairs = [(a, b) for a in shown for b in shown if a < b]
    assert not any(meet(spans[a], spans[b]) for a, b in pairs)
    left_out = set(range(len(spans))) - set(shown)
    assert all(any(meet(spans[one], spans[other]) for other in shown) for one in left_out)
    assert not spans or len(spans) - 1 in shown


def test_what_has_room_on_a_telephone_stays_when_the_window_is_wider() -> None:
    chart = learning_curve(curve(), "human_auroc")
    assert chart is not None
    drawn = str(on_screen(chart).drawing)
    found = re.findall(r'<text class="([^"]*)" x="[^"]*" y="206">(\d+)<|<text x="[^"]*" y="206">(\d+)<', drawn)  # fmt: skip
    shown = {a or b: words for words, a, b in found}
    assert list(shown) == ["0", "24", "60", "120", "240"]
    assert [name for name, words in shown.items() if "roomy" in words] == ["24"]


@pytest.mark.parametrize("columns", [1, 2])
def test_on_paper_the_axis_has_money_too(columns: Any) -> None:
    chart = learning_curve(curve(), "human_auroc")
    assert chart is not None
    free = learning_curve(curve(None), "human_auroc")
    assert free is not None
    tall = [float(re.search(r'height="([\d.]+)pt"', on_paper(c, "svg", columns).content.decode())[1])  # type: ignore[index]
            for c in (chart, free)]  # fmt: skip
    assert tall[0] == tall[1], "the second line is inside the page"
    assert on_paper(chart, "svg", columns).missing == ""


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_names_under_the_axis_stand_apart_in_a_browser(
    sample: ReportContent, open_report: Any, width: int
) -> None:
    page = open_report(render(priced(sample)), width)
    rows = page.evaluate(
        """() => [206, 221].map(y =>
             [...document.querySelectorAll(`svg.course text[y="${y}"]`)]
               .map(e => [e.textContent, e.getBoundingClientRect()])
               .filter(([, r]) => r.width > 0)
               .map(([words, r]) => [words, r.left, r.right]))"""
    )
    numbers, costs = rows
    assert [words for words, *_ in numbers] == (
        ["0", "24", "60", "120", "240"] if width == 1280 else ["0", "60", "120", "240"]
    )
    assert len(costs) == len(numbers) and costs[-1][0] == "124.80"
    for row in rows:
        assert all(a[2] + 3 < b[1] for a, b in zip(row, row[1:], strict=False))
        assert all(left >= 0 and right <= width for _, left, right in row)
