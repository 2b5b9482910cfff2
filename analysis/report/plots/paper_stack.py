"""A layered histogram on paper: layers differ in lightness and hatch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.report.plots.charts import Stack
from analysis.report.plots.paper_marks import BLACK, HATCHES, shortened
from db.words import counted

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_stack(chart: Stack, figure: Figure, width: float) -> None:
    """Columns of layers; the legend says how many units each layer holds."""
    from matplotlib.ticker import MaxNLocator

    figure.set_size_inches(width, 2.2 + 0.13 * len(chart.series))
    axes = figure.add_subplot()
    below = np.zeros(chart.counts.shape[1])
    for layer, (name, counts) in enumerate(zip(chart.series, chart.counts, strict=True)):
        colour, hatch = HATCHES[layer % len(HATCHES)]
        axes.bar(
            chart.edges[:-1],
            counts,
            np.diff(chart.edges),
            below,
            align="edge",
            color=colour,
            hatch=hatch,
            edgecolor=BLACK,
            linewidth=0.5,
            label=f"{shortened(name, 30)} ({counted(int(counts.sum()), 'unit')})",
        )
        below += counts
    axes.set_xlim(float(chart.edges[0]), float(chart.edges[-1]))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.set_xlabel(chart.across)
    axes.set_ylabel(chart.up)
    figure.legend(loc="outside lower center", ncols=1 if width < 5 else 3)
