"""Dots on paper: a row for each thing, series told apart by shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.report.plots.charts import Dots
from analysis.report.plots.paper_marks import BLACK, GREY, MARKERS, interval_words, lines, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_dots(chart: Dots, figure: Figure, width: float) -> None:
    """Rows from the top; the legend names shapes, and what the lines are."""
    rows = len(chart.rows)
    letters = 18 if width < 5 else 40
    names = [_in_two(row.name, letters) for row in chart.rows]
    tall = 0.31 if any("\n" in name for name in names) else 0.21
    figure.set_size_inches(width, 0.95 + tall * max(rows, 1) + 0.13 * len(chart.series))
    axes = figure.add_subplot()
    for place in range(len(chart.series)):
        _series(axes, chart, place)
    axes.set_yticks(range(rows), names)
    axes.set_ylim(max(rows, 1) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color="0.85", linewidth=0.5)
    axes.set_axisbelow(True)
    axes.set_xlabel(lines(chart.across, 44 if width < 5 else 90))
    if len(chart.series) > 1:
        figure.legend(loc="outside lower center", ncols=1 if width < 5 else 2)


def _in_two(name: str, letters: int) -> str:
    """The name on at most two lines of so many letters: names often differ in their ends."""
    first, *rest = lines(name, letters).split("\n")
    return "\n".join([first, *([shortened(" ".join(rest), letters)] if rest else [])])


def _series(axes: Axes, chart: Dots, place: int) -> None:
    shift = 0.2 * (place - (len(chart.series) - 1) / 2)
    marker, colour, fill = MARKERS[place]
    found = [(y + shift, row.estimates[place]) for y, row in enumerate(chart.rows)]
    for y, e in found:
        if e.low is not None and e.high is not None:
            axes.plot([e.low, e.high], [y, y], color=GREY if place else BLACK, linewidth=0.9)
    drawn = [(e.value, y) for y, e in found if e.value is not None]
    label = f"{chart.series[place]}; {interval_words([e for _, e in found])}".rstrip("; ")
    axes.plot(
        [x for x, _ in drawn],
        [y for _, y in drawn],
        marker,
        color=colour,
        markerfacecolor=fill,
        markersize=3.6,
        markeredgewidth=0.8,
        label=label,
    )
