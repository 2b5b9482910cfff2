"""A course on paper: points in order with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from analysis.report.plots.charts import Course
from analysis.report.plots.paper_marks import BLACK, GREY, interval_words, lines
from analysis.report.plots.ticks import Span, fitting
from analysis.report.wording import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DENSE = 30
LETTER = 0.075
"""Inches that a letter of a name under the axis takes, with what is left free about it."""


def draw_course(chart: Course, figure: Figure, width: float) -> None:
    """Points from left to right, the line they are held against dashed."""
    figure.set_size_inches(width, 2.5)
    axes = figure.add_subplot()
    found = [point.estimate for point in chart.points]
    dense = len(found) > DENSE
    thin, size = (0.5, 1.6) if dense else (0.9, 3.6)
    places = _places(chart)
    for x, e in zip(places, found, strict=True):
        if e.low is not None and e.high is not None:
            axes.plot([x, x], [e.low, e.high], color=GREY, linewidth=thin)
    drawn = [(x, e.value) for x, e in zip(places, found, strict=True) if e.value is not None]
    label = f"value; {interval_words(found)}".removesuffix("; ")
    style = "o-" if chart.joined else "o"
    axes.plot([x for x, _ in drawn], [y for _, y in drawn], style, color=BLACK, markersize=size,
              linewidth=0.7, label=label)  # fmt: skip
    if chart.line is not None:
        name = f"{chart.line_name} ({number(chart.line)})" if chart.joined else chart.line_name
        axes.axhline(chart.line, color=GREY, linestyle=(0, (4, 3)), linewidth=0.8, label=name)
    _axes(axes, chart, width)
    figure.legend(loc="outside lower center", ncols=1 if width < 5 else 2)


def _places(chart: Course) -> list[float]:
    """Where each point stands across, 0 the first of n and n − 1 the last."""
    n = len(chart.points)
    return [share * (n - 1) for share in chart.places] or [float(x) for x in range(n)]


def _spans(names: Sequence[str], places: Sequence[float], inches: float) -> list[Span]:
    """What each name, set about its place, covers on an axis of so many inches."""
    step = inches / max(len(places) - 1, 1)
    half = [LETTER * max(map(len, name.split("\n"))) / 2 for name in names]
    return [Span(x * step - h, x * step + h) for x, h in zip(places, half, strict=True)]


def _axes(axes: Axes, chart: Course, width: float) -> None:
    if chart.joined:
        names = [point.name.replace(" to ", "–") for point in chart.points]
        names = [
            f"{name}\n{point.under}".rstrip()
            for name, point in zip(names, chart.points, strict=True)
        ]
        places = _places(chart)
        shown = fitting(_spans(names, places, width - 0.8), 0.0)
        axes.set_xticks([places[k] for k in shown], [names[k] for k in shown])
    else:
        axes.set_xticks([])
    axes.grid(axis="y", color="0.85", linewidth=0.5)
    axes.set_axisbelow(True)
    axes.set_xlabel(lines(chart.across, 44 if width < 5 else 90))
    axes.set_ylabel(lines(chart.up, 26))
