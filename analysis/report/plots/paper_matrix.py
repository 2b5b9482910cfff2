"""A confusion matrix on paper: shares and counts in cells whose grey says the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.arrays import divide
from analysis.report.plots.charts import Matrix
from analysis.report.plots.paper_marks import BLACK, lines, shortened
from analysis.report.wording import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DARKEST = 1.7
"""The share at which a cell would be black: up to 1, black numbers can be read on it."""


def draw_matrix(chart: Matrix, figure: Figure, width: float) -> None:
    """Rows are what answers are held to; the diagonal, where both are the same, has a frame."""
    from matplotlib.patches import Rectangle

    n = len(chart.labels)
    figure.set_size_inches(width, 0.95 + min(0.42 * n, width * 0.75))
    axes = figure.add_subplot()
    shares = divide(chart.counts, chart.counts.sum(axis=1, keepdims=True))
    axes.imshow(shares, cmap="Greys", vmin=0, vmax=DARKEST, aspect="auto")
    for row in range(n):
        for column in range(n):
            share = float(shares[row, column])
            text = f"{number(share, 2)}\n{chart.counts[row, column]:,.0f}"
            size = 6.5 if n < 6 or width > 5 else 4.8
            axes.text(column, row, text, ha="center", va="center", fontsize=size, color=BLACK)
        axes.add_patch(Rectangle((row - 0.47, row - 0.47), 0.94, 0.94, fill=False,
                                 edgecolor=BLACK, linewidth=0.9))  # fmt: skip
    letters = 14 if width < 5 else 24
    names = [shortened(name, letters) for name in chart.labels]
    slant = 35 if n > 3 and max(map(len, names)) > (36 if width < 5 else 70) // n else 0
    axes.set_xticks(range(n), names, rotation=slant, ha="right" if slant else "center")
    axes.set_yticks(range(n), names)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel(chart.across)
    axes.set_ylabel(lines(chart.up, 22))
