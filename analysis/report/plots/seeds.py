"""Seeds: small dots around a mean, and lines from before to after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from analysis.report.groups import Group
from analysis.report.plots.intervals import (
    HEIGHT,
    NOTHING,
    Backdrop,
    behind,
    centred,
    described,
    dot,
    interval_line,
)
from analysis.report.svg import Scale, element, join, pc, picture
from analysis.report.wording import UNDEFINED, number

MEAN_Y, SEED_Y = -5, 8
WIDTH, TALL = 150, 120
LEFT, RIGHT, TOP, BOTTOM = 44, 132, 12, 96


class Pair(NamedTuple):
    """One seed's score before and after."""

    seed: int
    before: float
    after: float


def seed_row(
    group: Group,
    seeds: Mapping[int, float],
    scale: Scale,
    role: str = "estimate",
    backdrop: Backdrop = NOTHING,
) -> Markup:
    """The plot "seeds", one row: every seed a small dot, their mean a large one with its interval.

    `seeds`: seed → score.
    """
    parts = [_seed(scale.at(v), f"seed {seed}: {number(v)}") for seed, v in seeds.items()]
    if (widest := group.widest) is not None and widest.low is not None and widest.high is not None:
        parts.append(interval_line(scale, widest.low, widest.high, MEAN_Y, widest.over))
    if group.value is not None:
        parts.append(dot(scale.at(group.value), MEAN_Y, role))
    each = ", ".join(number(v) for v in seeds.values())
    label = f"mean {described(group)}; seeds {each or UNDEFINED}"
    return picture([behind(scale, backdrop), centred(parts)], HEIGHT, label)


def _seed(across: float, tip: str) -> Markup:
    return element("circle", _tip(tip), class_="seed", cx=pc(across), cy=SEED_Y, r=3)


def slope_plot(pairs: Sequence[Pair], scale: Scale, names: tuple[str, str]) -> Markup:
    """The plot "slopes": one line per seed from before (left) to after (right).

    A line that rises is drawn solid, one that falls is dashed.
    """
    parts = [_level(scale, tick) for tick in (scale.low, (scale.low + scale.high) / 2, scale.high)]
    parts += [_slope(pair, scale) for pair in pairs]
    parts += [
        element("text", name, class_="end", x=x, y=TALL - 6)
        for name, x in zip(("before", "after"), (LEFT, RIGHT), strict=True)
    ]
    rises = sum(pair.after > pair.before for pair in pairs)
    label = f"{names[1]} against {names[0]}: higher with {rises} of {len(pairs)} seeds"
    return element(
        "svg", join(parts), class_="slopes", width=WIDTH, height=TALL, role="img", aria_label=label
    )


def _slope(pair: Pair, scale: Scale) -> Markup:
    y1, y2 = _y(scale, pair.before), _y(scale, pair.after)
    course = "rises" if pair.after > pair.before else "falls"
    tip = _tip(f"seed {pair.seed}: {number(pair.before)} to {number(pair.after)}")
    return join(
        [
            element("line", tip, class_=f"slope {course}", x1=LEFT, y1=y1, x2=RIGHT, y2=y2),
            element("circle", class_="seed", cx=LEFT, cy=y1, r=2.5),
            element("circle", class_="seed", cx=RIGHT, cy=y2, r=2.5),
        ]
    )


def _level(scale: Scale, value: float) -> Markup:
    y = _y(scale, value)
    line = element("line", class_="grid", x1=LEFT - 6, x2=RIGHT + 6, y1=y, y2=y)
    return line + element(
        "text", number(value, scale.digits + 1), class_="level", x=LEFT - 10, y=y + 4
    )


def _y(scale: Scale, value: float) -> float:
    share = (value - scale.low) / (scale.high - scale.low)
    return round(BOTTOM - share * (BOTTOM - TOP), 2)


def _tip(text: str) -> Markup:
    return element("title", text)
