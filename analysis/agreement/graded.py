"""Agreement weights for chance-corrected coefficients: how much two different answers agree.

Kept as distances 0 … `top`; the weight of Gwet (2014, chapter 3) is ω = 1 − distance / top.

    identity    0 where answers are equal, else 1
    ordinal     d(d + 1)/2 for answers d ranks apart: the pairs of ranks between them
    linear      |x − y|
    quadratic   (x − y)²
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from analysis.agreement.base import Level
from analysis.agreement.cells import Cells
from analysis.agreement.levels import Distance, Interval, Nominal
from analysis.agreement.listed import Gap, Listed
from analysis.agreement.pairable import numbers
from analysis.arrays import Floats
from analysis.judgements import Judgements
from db.errors import UsageError

WeightName = Literal["identity", "ordinal", "linear", "quadratic"]

OF_LEVEL: dict[Level, WeightName] = {
    "nominal": "identity",
    "ordinal": "ordinal",
    "interval": "quadratic",
}
"""The weights that a level of measurement asks for; there are none for the level ratio."""


@dataclass(frozen=True, eq=False)
class Grading:
    """Weights over V values. `level`: how values are made numbers, `values`, for `distance`;
    `gap`: the distance of two codes; `top`: the largest one; `total`: Σ over pairs of values of ω.
    """

    name: WeightName
    level: Level
    values: Floats
    gap: Gap
    distance: Distance
    top: float
    total: float


def weights_for(level: Level, name: WeightName | None) -> WeightName:
    """The weights asked for, or those of the level; names have no distance but identity."""
    if name is not None and name not in get_args(WeightName):
        raise UsageError(
            f"no weights called {name!r} (there are: {', '.join(get_args(WeightName))})"
        )
    if name is None and level not in OF_LEVEL:
        raise UsageError(
            f"there are no weights for the level {level!r}; name some: "
            + ", ".join(get_args(WeightName))
        )
    if name not in (None, "identity") and level == "nominal":
        raise UsageError(f"{name} weights need values in an order: level ordinal or interval")
    return name or OF_LEVEL[level]


def grading(judged: Judgements, name: WeightName) -> Grading:
    """The weights over the values of some judgements.

    Linear and quadratic weights measure numbers as they are, and an ordered categorical by its
    places. An ordered categorical declares its categories, also those that nobody chose.
    """
    level = _level(judged, name)
    values = numbers(judged, level)
    if level == "interval" and len(values):
        # Only distances count, and far from zero their squares would lose digits.
        values = values - values[len(values) // 2]
    gap = _gap(name, values)
    of_moments: dict[str, Distance] = {"identity": Nominal(), "quadratic": Interval()}
    distance = of_moments.get(name) or Listed(gap)
    n, span = len(values), float(np.ptp(values)) if len(values) else 0.0
    if name == "identity":
        top = 1.0
    elif name == "ordinal":
        top = n * (n - 1) / 2
    else:
        top = span if name == "linear" else span**2
    apart = float(distance.between(no_cells(values), np.ones((n, 1)))[0])
    return Grading(
        name, level, values, gap, distance, top, n**2 - apart / top if top else float(n**2)
    )


def no_cells(values: Floats) -> Cells:
    """Cells of no unit at all: enough to compare values with each other."""
    none = np.zeros(0, np.int64)
    return Cells(none, none, np.zeros((0, 1)), none, values)


def _level(judged: Judgements, name: WeightName) -> Level:
    if name == "identity":
        return "nominal"
    return "ordinal" if name == "ordinal" or judged.ordered else "interval"


def _gap(name: WeightName, values: Floats) -> Gap:
    if name == "identity":
        return lambda c, k: (c != k).astype(np.float64)
    if name == "ordinal":
        return lambda c, k: np.abs(c - k) * (np.abs(c - k) + 1) / 2
    power = 1 if name == "linear" else 2
    return lambda c, k: np.abs(values[c] - values[k]) ** power
