"""Bars: a share in a row of a table, and a distribution of many workers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from analysis.report.svg import Scale, element, join, pc, picture, scale_of
from analysis.report.wording import percent
from db.words import counted

BAR_HEIGHT = 22
TALL = 110
BINS = 16


def share_bar(share: float, kind: str = "answer") -> Markup:
    """The plot "bar", one row: a share in [0, 1] as a bar; ties have a kind of their own."""
    width = max(share * 100, 0.4 if share > 0 else 0.0)
    parts = [
        element("rect", class_="track", x=0, width="100%", y=5, height=BAR_HEIGHT - 10, rx=2),
        element(
            "rect", class_=f"bar {kind}", x=0, width=pc(width), y=5, height=BAR_HEIGHT - 10, rx=2
        ),
    ]
    return picture(parts, BAR_HEIGHT, percent(share, 1))


def histogram(values: Sequence[float], label: str, words: Callable[[float], str]) -> Markup:
    """The plot "distribution": how many workers fall into each of 16 equal steps.

    `words` turns a value into the text under the axis.
    """
    scale = scale_of(values)
    heights = _counts(values, scale)
    top = max(heights)
    step = (scale.high - scale.low) / BINS
    bars = [_bar(scale, scale.low + i * step, step, n, top, words) for i, n in enumerate(heights)]
    ends = [
        element("text", words(tick), class_="end", x=pc(scale.at(tick)), y=TALL + 16)
        for tick in scale.ticks
    ]
    floor = element("line", class_="floor-line", x1="0%", x2="100%", y1=TALL, y2=TALL)
    return picture([*bars, floor, join(ends)], TALL + 22, label, "histogram")


def _counts(values: Sequence[float], scale: Scale) -> list[int]:
    counts = [0] * BINS
    for value in values:
        share = (value - scale.low) / (scale.high - scale.low)
        counts[min(int(share * BINS), BINS - 1)] += 1
    return counts


def _bar(
    scale: Scale, start: float, step: float, n: int, top: int, words: Callable[[float], str]
) -> Markup:
    left, right = scale.at(start), scale.at(start + step)
    height = round((TALL - 8) * n / top, 2)
    tip = element("title", f"{words(start)} to {words(start + step)}: {counted(n, 'worker')}")
    return element(
        "rect",
        tip,
        class_="bar answer",
        x=pc(left + 0.3),
        width=pc(right - left - 0.6),
        y=round(TALL - height, 2),
        height=height,
    )
