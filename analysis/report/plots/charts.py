"""Plots as data: what is drawn and in which words, for a screen and for print alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from analysis.arrays import Floats, Ints
from db.records import Estimate

MOST_LABELS = 8
"""More answers than this are drawn together as one, `OTHERS`; a legend of more cannot be read."""
OTHERS = "(all others)"


@dataclass(frozen=True)
class Chart:
    """The words of a plot.

    `name` is the stem of its file; `caption` says in sentences what is shown, from how much, and
    what an interval is over; `across` and `up` name the axes with their units.
    """

    name: str
    title: str
    caption: str
    across: str
    up: str


class DotRow(NamedTuple):
    """One row: its name, what it was made from, and one estimate for each series."""

    name: str
    under: str
    estimates: tuple[Estimate, ...]


@dataclass(frozen=True)
class Dots(Chart):
    """Estimates with intervals, a row for each thing; `series` names the (one or two) numbers."""

    rows: tuple[DotRow, ...]
    series: tuple[str, ...]


class Point(NamedTuple):
    """A place across, in words, and the estimate there; `under`: a second line, such as its cost."""

    name: str
    estimate: Estimate
    under: str = ""


@dataclass(frozen=True)
class Course(Chart):
    """Estimates in an order that means something; `line` is what they are held against, if any.

    `joined`: whether the points are joined (time), or stand alone (people). `places`: where each
    point stands across, from 0 to 1; empty: all at the same distance.
    """

    points: tuple[Point, ...]
    line: float | None = None
    line_name: str = ""
    joined: bool = True
    places: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False)
class Matrix(Chart):
    """How often which answer met which: `counts`: float64, shape (K, K), rows are what is held to.

    `labels`: K names. A row's shares are its counts over its sum; a row of zeros has no shares.
    """

    labels: tuple[str, ...]
    counts: Floats


@dataclass(frozen=True, eq=False)
class Stack(Chart):
    """Counts of units in equal steps, one layer a series: `counts`: int64, shape (S, B).

    `edges`: float64, shape (B + 1,), rising.
    """

    series: tuple[str, ...]
    counts: Ints
    edges: Floats
