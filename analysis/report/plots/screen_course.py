"""A course on a screen: points in order with their intervals, as wide as the page."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from analysis.report.plots.charts import Course, Point
from analysis.report.plots.intervals import dot_key, key
from analysis.report.svg import Scale, element, pc, picture, scale_of
from analysis.report.tables import Legend
from analysis.report.wording import OVER, confidence, interval_phrase, number
from db.records import Estimate
from db.words import counted

TALL, TOP = 190, 12
LEFT, RIGHT = 13.0, 97.0
DENSE = 30
"""More points than this are drawn small and thin."""


def course_drawing(chart: Course) -> Markup:
    """Levels with their numbers at the left, then a line and a dot for each point."""
    found = [point.estimate for point in chart.points]
    scale = scale_of([n for e in found for n in (e.value, e.low, e.high)] + [chart.line])
    parts = [_level(scale, tick) for tick in scale.ticks]
    if chart.line is not None:
        y = _y(scale, chart.line)
        parts.append(element("line", class_="reference", x1=pc(LEFT), x2="100%", y1=y, y2=y))
    places = _across(chart)
    if chart.joined:
        parts += _path(found, places, scale)
    dense = " dense" if len(found) > DENSE else ""
    parts += [_point(p, x, scale, dense) for p, x in zip(chart.points, places, strict=True)]
    parts += _ends(chart, places)
    said = f"{chart.title}: {counted(len(found), 'point')}, {_said(found)}"
    return picture(parts, TALL + 22, said, "course")


def course_legend(chart: Course) -> Legend:
    """What lines and dots are."""
    found: Legend = []
    sure = next((p.estimate for p in chart.points if p.estimate.low is not None), None)
    if sure is not None:
        found.append((key(sure.over), f"{confidence(sure)} interval {OVER[sure.over]}"))
    found.append((dot_key("estimate"), "value"))
    if chart.line is not None:
        found.append((_line_key(), f"{chart.line_name} ({number(chart.line)})"))
    return found


def _line_key() -> Markup:
    line = element("line", class_="reference", x1=1, x2=27, y1=7, y2=7)
    return element("svg", line, class_="key", width=28, height=14, aria_hidden="true")


def _level(scale: Scale, value: float) -> Markup:
    y = _y(scale, value)
    line = element("line", class_="grid", x1=pc(LEFT), x2="100%", y1=y, y2=y)
    text = number(value, scale.digits)
    return line + element("text", text, class_="level", x=pc(LEFT - 2), y=round(y + 4, 2))


def _path(found: Sequence[Estimate], places: Sequence[float], scale: Scale) -> list[Markup]:
    """Straight lines between neighbours that both have a value."""
    ends = [(x, e.value) for x, e in zip(places, found, strict=True)]
    return [
        element(
            "line", class_="course-line", x1=pc(x1), x2=pc(x2), y1=_y(scale, a), y2=_y(scale, b)
        )  # fmt: skip
        for (x1, a), (x2, b) in zip(ends, ends[1:], strict=False)
        if a is not None and b is not None
    ]


def _point(point: Point, x: float, scale: Scale, dense: str) -> Markup:
    e = point.estimate
    if e.value is None:
        return Markup()
    inside = interval_phrase(e)
    tip = element("title", f"{point.name}: {number(e.value)}" + (f"; {inside}" if inside else ""))
    parts = Markup()
    if e.low is not None and e.high is not None:
        parts += element("line", tip, class_=f"interval {e.over or 'plain'}{dense}", x1=pc(x),
                         x2=pc(x), y1=_y(scale, e.low), y2=_y(scale, e.high))  # fmt: skip
    r = 2 if dense else 4.5
    return parts + element(
        "circle", tip, class_=f"dot estimate{dense}", cx=pc(x), cy=_y(scale, e.value), r=r
    )


def _ends(chart: Course, places: Sequence[float]) -> list[Markup]:
    """The first and the last place in words, under the axis; places in between would collide."""
    names = chart.points[0].name, chart.points[-1].name
    words = names if chart.joined else ("least", "most")
    return [
        element("text", words[0], class_="start", x=pc(places[0] - 2), y=TALL + 16),
        element("text", words[1], class_="finish", x="100%", y=TALL + 16),
    ]


def _across(chart: Course) -> list[float]:
    """Percent of the width, for each point."""
    n = len(chart.points)
    shares = chart.places or tuple((place + 0.5) / n for place in range(n))
    return [LEFT + 3 + share * (RIGHT - LEFT - 3) for share in shares]


def _y(scale: Scale, value: float) -> float:
    share = (min(max(value, scale.low), scale.high) - scale.low) / (scale.high - scale.low)
    return round(TALL - share * (TALL - TOP), 2)


def _said(found: Sequence[Estimate]) -> str:
    values = [e.value for e in found if e.value is not None]
    return f"from {number(min(values))} to {number(max(values))}" if values else "no value"
