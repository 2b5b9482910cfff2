"""Plots for the page: text stays text, widths follow the window, colours follow the scheme."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from analysis.report.plots.charts import Chart, Course, Dots, Matrix, Stack
from analysis.report.plots.screen_course import course_drawing, course_legend
from analysis.report.plots.screen_dots import dots_table
from analysis.report.plots.screen_matrix import matrix_drawing
from analysis.report.plots.screen_stack import stack_drawing, stack_legend
from analysis.report.tables import Legend, Table


@dataclass(frozen=True)
class ScreenPlot:
    """A plot as the page shows it: a table with drawings in it, or one drawing; and its words."""

    title: str
    caption: str
    table: Table | None = None
    drawing: Markup | None = None
    legend: Legend | tuple[()] = ()
    across: str = ""
    up: str = ""


def on_screen(chart: Chart) -> ScreenPlot:
    """The chart as markup that the report's style sheet dresses."""
    words = (chart.title, chart.caption)
    if isinstance(chart, Dots):
        return ScreenPlot(*words, table=dots_table(chart))
    axes = (chart.across, chart.up)
    if isinstance(chart, Course):
        return ScreenPlot(*words, None, course_drawing(chart), course_legend(chart), *axes)
    if isinstance(chart, Matrix):
        return ScreenPlot(*words, None, matrix_drawing(chart), (), *axes)
    if isinstance(chart, Stack):
        return ScreenPlot(*words, None, stack_drawing(chart), stack_legend(chart), *axes)
    raise TypeError(f"no drawing for {type(chart).__name__}")
