"""Plots for paper: PDF and SVG with the letters inside, told apart without colour.

One column is 3.35 inches wide and two are 6.9, as most journals have them. In the PDF fonts are
embedded; in the SVG letters are outlines, which need no font.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from analysis.report.plots.charts import Chart, Course, Dots, Matrix, Stack
from analysis.report.plots.paper_course import draw_course
from analysis.report.plots.paper_dots import draw_dots
from analysis.report.plots.paper_matrix import draw_matrix
from analysis.report.plots.paper_stack import draw_stack
from db.errors import UsageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Columns = Literal[1, 2]
WIDTHS: dict[Columns, float] = {1: 3.35, 2: 6.9}
"""Inches."""
FORMATS = ("svg", "pdf")
OTHER_SCRIPTS = ("Noto Sans CJK JP", "Noto Sans", "Noto Sans Arabic", "Noto Sans Hebrew",
                 "Hiragino Sans", "Arial Unicode MS")  # fmt: skip
"""Fonts for letters that DejaVu Sans, which comes with matplotlib, does not have: if installed."""

DRAWERS: dict[type[Chart], Callable[[Any, Figure, float], None]] = {
    Dots: draw_dots,
    Course: draw_course,
    Matrix: draw_matrix,
    Stack: draw_stack,
}


class Printed(NamedTuple):
    """The bytes of a file, and the letters that no installed font has (boxes stand for them)."""

    content: bytes
    missing: str


def on_paper(chart: Chart, kind: str, columns: Columns = 1) -> Printed:
    """The chart as a file, `kind` "svg" or "pdf"; the same chart gives the same bytes."""
    if kind not in FORMATS:
        raise UsageError(f"a plot for paper is written as {' or '.join(FORMATS)}, not {kind!r}")
    if columns not in WIDTHS:
        raise UsageError(f"a page has 1 or 2 columns, not {columns}")
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(_settings()), warnings.catch_warnings(record=True) as complaints:
        warnings.simplefilter("always")
        figure = Figure(layout="constrained")
        DRAWERS[type(chart)](chart, figure, WIDTHS[columns])
        out = io.BytesIO()
        words = {"Title": chart.title}
        stamp = (
            {**words, "Subject": chart.caption, "CreationDate": None, "Creator": "konkyo"}
            if kind == "pdf"
            else {**words, "Description": chart.caption, "Date": None, "Creator": "konkyo"}
        )
        figure.savefig(out, format=kind, metadata=stamp)
    return Printed(out.getvalue(), _missing([str(one.message) for one in complaints]))


def _missing(complaints: Sequence[str]) -> str:
    """The letters that matplotlib complained of, each once."""
    found = (re.match(r"Glyph (\d+) ", words) for words in complaints)
    return "".join(dict.fromkeys(chr(int(match[1])) for match in found if match))


def _settings() -> Any:
    from matplotlib import font_manager

    there = set(font_manager.get_font_names())
    return {
        "font.family": ["DejaVu Sans", *(name for name in OTHER_SCRIPTS if name in there)],
        "font.size": 7.5,
        "axes.linewidth": 0.6,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "hatch.linewidth": 0.6,
        "legend.frameon": False,
        "text.parse_math": False,
        "pdf.fonttype": 42,
        "svg.fonttype": "path",
        "svg.hashsalt": "konkyo",
    }
