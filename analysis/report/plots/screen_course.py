"""A course on a screen: points in order with their intervals, as wide as the page."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from analysis.report.plots.charts import Course, Point
from analysis.report.plots.intervals import dot_key, key
from analysis.report.plots.ticks import Span, fitting
from analysis.report.svg import Scale, element, pc, picture, scale_of
from analysis.report.tables import Legend
from analysis.report.wording import OVER, confidence, interval_phrase, number
from db.records import Estimate
from db.words import counted

TALL, TOP = 190, 12
LEFT, RIGHT = 13.0, 97.0
PHONE, DESK = 290.0, 620.0
"""Pixels across that a drawing has at least, on a telephone and in a wider window."""
LETTER, GAP = 6.2, 8.0
"""Pixels of a letter, and between two names."""
SHORT, SHORT_LAST = 14, 7
"""The first name, and the last one, of more letters would leave the drawing if set about its place."""
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
    parts += _names(chart, places)
    said = f"{chart.title}: {counted(len(found), 'point')}, {_said(found)}"
    tall = TALL + (37 if any(point.under for point in chart.points) else 22)
    return picture(parts, tall, said, "course")


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
    name = f"{point.name} ({point.under})" if point.under else point.name
    tip = element("title", f"{name}: {number(e.value)}" + (f"; {inside}" if inside else ""))
    parts = Markup()
    if e.low is not None and e.high is not None:
        parts += element("line", tip, class_=f"interval {e.over or 'plain'}{dense}", x1=pc(x),
                         x2=pc(x), y1=_y(scale, e.low), y2=_y(scale, e.high))  # fmt: skip
    r = 2 if dense else 4.5
    return parts + element(
        "circle", tip, class_=f"dot estimate{dense}", cx=pc(x), cy=_y(scale, e.value), r=r
    )


def _names(chart: Course, places: Sequence[float]) -> list[Markup]:
    """Names under the axis: those with room on a telephone, and more that a wider window shows."""
    if not chart.joined:
        return [
            element("text", "least", class_="start", x=pc(places[0] - 2), y=TALL + 16),
            element("text", "most", class_="finish", x="100%", y=TALL + 16),
        ]
    narrow = fitting(_spans(chart, places, PHONE), GAP)
    wide = fitting(_spans(chart, places, DESK), GAP, narrow)
    return [_name(chart.points[k], places[k], _side(chart, k), k not in narrow) for k in wide]


def _name(point: Point, x: float, side: str, roomy: bool) -> Markup:
    """A name under the axis, and what stands under it; `roomy`: not on a telephone."""
    at = {"start": x - 2, "finish": 100.0}.get(side, x)
    class_ = " ".join(filter(None, (side, "roomy" if roomy else "")))
    found = element("text", point.name, class_=class_, x=pc(at), y=TALL + 16)
    if point.under:
        found += element("text", point.under, class_=class_, x=pc(at), y=TALL + 31)
    return found


def _side(chart: Course, k: int) -> str:
    """How a name stands: about its place, but a long one at an end from there, or up to the rim."""
    long = _letters(chart.points[k])
    if k and k == len(chart.points) - 1:
        return "finish" if long > SHORT_LAST else ""
    return "start" if not k and long > SHORT else ""


def _letters(point: Point) -> int:
    return max(len(point.name), len(point.under))


def _spans(chart: Course, places: Sequence[float], width: float) -> list[Span]:
    """What each name covers in a drawing `width` pixels wide."""
    found = []
    for k, (point, place) in enumerate(zip(chart.points, places, strict=True)):
        long, x = LETTER * _letters(point), place / 100 * width
        left = {"start": x - 0.02 * width, "finish": width - long}.get(
            _side(chart, k), x - long / 2
        )
        found.append(Span(left, left + long))
    return found


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
