"""A layered histogram on a screen: layers differ in colour, and in lightness or outline."""

from __future__ import annotations

from markupsafe import Markup

from analysis.report.plots.charts import Stack
from analysis.report.svg import Scale, element, join, pc, picture, scale_of
from analysis.report.tables import Legend
from analysis.report.wording import count, number
from db.words import counted

TALL, TOP = 160, 18
LEFT = 10.0


def stack_drawing(chart: Stack) -> Markup:
    """Columns of layers from the axis up; the number of units at the levels."""
    totals = chart.counts.sum(axis=0)
    top = max(int(totals.max()), 1)
    scale = scale_of([0.0, float(top)])
    parts = [_level(scale, tick) for tick in scale.ticks if float(tick).is_integer()]
    for step in range(chart.counts.shape[1]):
        below = 0
        for layer, name in enumerate(chart.series):
            here = int(chart.counts[layer, step])
            if here:
                parts.append(_bar(chart, step, layer, name, below, here, scale))
            below += here
    parts += _axis(chart)
    each = "; ".join(
        f"{name}: {counted(int(row.sum()), 'unit')}"
        for name, row in zip(chart.series, chart.counts, strict=True)
    )
    return picture(parts, TALL + 22, f"{chart.title}. {each}", "stack")


def stack_legend(chart: Stack) -> Legend:
    """A sample of each layer, with how many units it holds."""
    return [
        (
            element(
                "svg",
                element("rect", class_=f"layer l{k}", x=0, y=1, width=14, height=12),
                class_="key",
                width=14,
                height=14,
                aria_hidden="true",
            ),
            f"{name} ({counted(int(row.sum()), 'unit')})",
        )
        for k, (name, row) in enumerate(zip(chart.series, chart.counts, strict=True))
    ]


def _bar(
    chart: Stack, step: int, layer: int, name: str, below: int, here: int, scale: Scale
) -> Markup:
    width = (100 - LEFT) / chart.counts.shape[1]
    low, high = chart.edges[step], chart.edges[step + 1]
    tip = element("title", f"{number(low, 2)} to {number(high, 2)}, {name}: {count(here)}")
    y, foot = _y(scale, below + here), _y(scale, below)
    return element(
        "rect",
        tip,
        class_=f"layer l{layer}",
        x=pc(LEFT + step * width + 0.25),
        width=pc(width - 0.5),
        y=y,
        height=round(max(foot - y, 0.5), 2),
    )


def _level(scale: Scale, value: float) -> Markup:
    y = _y(scale, value)
    line = element("line", class_="grid", x1=pc(LEFT), x2="100%", y1=y, y2=y)
    text = element("text", count(round(value)), class_="level", x=pc(LEFT - 1.5), y=round(y + 4, 2))
    return line + text


def _axis(chart: Stack) -> list[Markup]:
    floor = element("line", class_="floor-line", x1=pc(LEFT), x2="100%", y1=TALL, y2=TALL)
    first, last = float(chart.edges[0]), float(chart.edges[-1])
    scale = Scale(first, last)
    ends = [
        element(
            "text",
            number(tick, max(scale.digits, 1)),
            class_="end",
            x=pc(LEFT + (tick - first) / (last - first) * (100 - LEFT)),
            y=TALL + 16,
        )  # fmt: skip
        for tick in scale.ticks
    ]
    return [floor, join(ends)]


def _y(scale: Scale, value: float) -> float:
    return round(TALL - (value - scale.low) / (scale.high - scale.low) * (TALL - TOP), 2)
