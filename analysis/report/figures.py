"""A figure for print: estimates as dots with intervals, drawn by matplotlib into PDF, PNG or SVG."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.report.glossary import subject, term
from analysis.report.groups import Group, grouped, overs
from analysis.report.wording import OVER
from db.errors import UsageError
from db.records import Estimate, Over

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMATS = (".pdf", ".png", ".svg")
STYLES: dict[Over | None, tuple[str, str]] = {
    "units": ("#0072B2", "-"),
    "workers": ("#D55E00", "--"),
    "both": ("#94507C", ":"),
    "seeds": ("#0072B2", "-"),
    None: ("#0072B2", "-"),
}
WIDTH = 6.3
"""Inches: the width of a page of text."""


def save_figure(estimates: Sequence[Estimate], path: Path) -> None:
    """Draw one row per name and subject, in the order given; rows without a value stay empty.

    The suffix of `path` chooses the format. The same estimates make the same bytes.
    """
    if path.suffix.lower() not in FORMATS:
        raise UsageError(f"{path}: a figure is written as {', '.join(FORMATS)}")
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    groups = grouped(estimates)
    with rc_context({"svg.hashsalt": "konkyo", "font.size": 9, "svg.fonttype": "none"}):
        figure = Figure(figsize=(WIDTH, 0.9 + 0.38 * max(len(groups), 1)), layout="constrained")
        _draw(figure.add_subplot(), groups)
        if figure.axes[0].get_legend_handles_labels()[0]:
            figure.legend(frameon=False, ncols=3, loc="outside lower center")
        stamp = {".pdf": {"CreationDate": None}, ".svg": {"Date": None}}
        figure.savefig(path, dpi=300, metadata=stamp.get(path.suffix.lower(), {}))


def _draw(axes: Axes, groups: Sequence[Group]) -> None:
    found = overs(groups)
    for row, group in enumerate(groups):
        _row(axes, row, group, found)
    names = [_name(group, groups) for group in groups]
    axes.set_yticks(range(len(groups)), names, parse_math=False)
    axes.set_ylim(max(len(groups), 1) - 0.5, -0.5)
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _row(axes: Axes, row: int, group: Group, found: Sequence[Over | None]) -> None:
    """Intervals side by side about the row, and the value on it."""
    for estimate in group.with_interval:
        place = found.index(estimate.over)
        y = row + 0.22 * (place - (len(found) - 1) / 2)
        colour, dashes = STYLES[estimate.over]
        label = f"interval {OVER[estimate.over]}".strip()
        known = axes.get_legend_handles_labels()[1]
        axes.plot(
            [estimate.low or 0.0, estimate.high or 0.0],
            [y, y],
            color=colour,
            linestyle=dashes,
            label="_" if label in known else label,
        )
    if group.value is not None:
        axes.plot([group.value], [row], "o", color="black", markersize=4, label="_")


def _name(group: Group, groups: Sequence[Group]) -> str:
    """The subject, with the metric before it where the figure holds several."""
    metric = term(group.name).title
    if not group.subject:
        return metric
    several = len({g.name for g in groups}) > 1
    return f"{metric}: {subject(group.subject)}" if several else subject(group.subject)
