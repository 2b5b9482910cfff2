"""Dots with intervals: one drawing per row of a table, all on one axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from analysis.report.groups import ORDER, Group
from analysis.report.svg import Scale, element, hidden_picture, join, pc, picture
from analysis.report.wording import OVER, confidence, defined, interval_phrase, number
from db.records import Over

HEIGHT = 34
SPREAD = 15
AXIS_HEIGHT = 22


class Band(NamedTuple):
    """A stretch behind every row, such as the ceiling that people set, and the line within it."""

    low: float
    high: float
    value: float | None


class Backdrop(NamedTuple):
    """What stands behind every row: a band, and values marked by a dashed line."""

    band: Band | None = None
    lines: tuple[float, ...] = ()


NOTHING = Backdrop()


def interval_row(
    group: Group, scale: Scale, role: str = "estimate", backdrop: Backdrop = NOTHING
) -> Markup:
    """The plot "forest", one row: a dot, one line per interval, the backdrop.

    `role` chooses the shape: "estimate", "people", "floor" (hollow) or "oracle" (a diamond).
    """
    found = group.drawn
    parts = []
    for i, estimate in enumerate(found):
        y = SPREAD * (i - (len(found) - 1) / 2) / max(len(found) - 1, 1)
        if estimate.low is not None and estimate.high is not None:
            parts.append(interval_line(scale, estimate.low, estimate.high, y, estimate.over))
    if group.value is not None:
        parts.append(dot(scale.at(group.value), 0, role))
    return picture([behind(scale, backdrop), centred(parts)], HEIGHT, described(group))


def centred(parts: Sequence[Markup]) -> Markup:
    """Drawings whose y is counted from the middle of the row, however high the row is."""
    return element("svg", join(parts), y="50%", overflow="visible")


def behind(scale: Scale, backdrop: Backdrop) -> Markup:
    """Grid, band and reference lines of one row, over its whole height."""
    parts = [_upright(scale.at(tick), "grid") for tick in scale.ticks]
    if backdrop.band is not None:
        left, right = scale.at(backdrop.band.low), scale.at(backdrop.band.high)
        parts.append(
            element("rect", class_="band", x=pc(left), width=pc(right - left), y=0, height="100%")
        )
        if backdrop.band.value is not None:
            parts.append(_upright(scale.at(backdrop.band.value), "ceiling"))
    parts.extend(_upright(scale.at(value), "reference") for value in backdrop.lines)
    return join(parts)


def interval_line(scale: Scale, low: float, high: float, y: float, over: Over | None) -> Markup:
    """One interval; what was resampled decides colour and dashes."""
    return element(
        "line",
        class_=f"interval {over or 'plain'}",
        x1=pc(scale.at(low)),
        x2=pc(scale.at(high)),
        y1=y,
        y2=y,
    )


def dot(across: float, y: float, role: str) -> Markup:
    """A marker whose shape, not only its colour, tells its role."""
    if role != "oracle":
        return element("circle", class_=f"dot {role}", cx=pc(across), cy=y, r=4.5)
    diamond = element("path", class_="dot oracle", d="M0-6.5 6.5 0 0 6.5-6.5 0z")
    return element("svg", diamond, x=pc(across), y=y, overflow="visible")


def _upright(across: float, class_: str) -> Markup:
    return element("line", class_=class_, x1=pc(across), x2=pc(across), y1=0, y2="100%")


def axis(scale: Scale) -> Markup:
    """The numbers under a column of rows."""
    labels = (
        element("text", number(tick, scale.digits), x=pc(scale.at(tick)), y=15)
        for tick in scale.ticks
    )
    return hidden_picture(labels, AXIS_HEIGHT, "axis")


def described(group: Group) -> str:
    """The row in words: `0.412; 95% interval 0.33 to 0.49 over workers`."""
    phrases = [interval_phrase(estimate) for estimate in group.drawn]
    return "; ".join([number(group.value), *phrases])


def key(over: Over | None) -> Markup:
    """The legend's sample of an interval line."""
    line = element("line", class_=f"interval {over or 'plain'}", x1=1, x2=27, y1=7, y2=7)
    return element("svg", line, class_="key", width=28, height=14, aria_hidden="true")


def dot_key(role: str) -> Markup:
    """The legend's sample of a dot."""
    return element("svg", dot(50, 7, role), class_="key", width=14, height=14, aria_hidden="true")


def band_key() -> Markup:
    """The legend's sample of the people's band."""
    parts = join(
        [
            element("rect", class_="band", x=0, width=20, y=0, height=14),
            element("line", class_="ceiling", x1=10, x2=10, y1=0, y2=14),
        ]
    )
    return element("svg", parts, class_="key", width=20, height=14, aria_hidden="true")


def reference_key() -> Markup:
    """The legend's sample of a reference line."""
    line = element("line", class_="reference", x1=6, x2=6, y1=0, y2=14)
    return element("svg", line, class_="key", width=12, height=14, aria_hidden="true")


def over_legend(groups: Sequence[Group]) -> list[tuple[Markup, str]]:
    """Samples and words for the intervals that occur: `95% interval over units`."""
    found = {(e.over, confidence(e)): None for g in groups for e in g.with_interval}
    return [
        (key(over), f"{sure} interval {OVER[over]}".strip())
        for over, sure in sorted(found, key=lambda pair: ORDER.index(pair[0]))
    ]


def values_of(groups: Sequence[Group]) -> list[float | None]:
    """Every number that an axis must hold."""
    limits = [n for g in groups for e in g.drawn for n in (e.low, e.high)]
    return [g.value for g in groups if defined(g.value)] + limits
