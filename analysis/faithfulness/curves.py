"""Insertion and deletion curves: how fast the class appears, or goes, unit by unit.

Source: Petsiuk, Das & Saenko (2018), "RISE". Units (pixels, cells) are taken away, or put back, in
the order of their scores; the area under the class's probability over the share of units so
treated, by the trapezoid rule, is the score. They blur or blacken; what replaces a removed unit is
part of the name of the number here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.arrays import Bools, Floats, Ints
from analysis.faithfulness.cut import places
from db.errors import DataError
from db.ragged import Ragged

STEPS = 10
"""Steps of a curve: Petsiuk's take one for each row of pixels, and so more than twenty times the
passes."""
DELETION = "0 to 1, lower is better"
INSERTION = "0 to 1, higher is better"


@dataclass(frozen=True, eq=False)
class Curves:
    """Probabilities of n instances of U units each, while units are taken away or put back.

    `treated`: float64, shape (S + 1,), the share of units treated, from 0 to 1; `without`: float64,
    shape (n, S + 1, C), with so many of the highest units taken away; `only`: with no others.
    """

    treated: Floats
    without: Floats
    only: Floats


def highest(scores: Ragged, chance: Ragged, n_steps: int = STEPS) -> list[Bools]:
    """The highest units of every step between the first state and the last: bool, shape (N,) each.

    Rows of one length, U; `chance` orders equal scores, see `places`. Fewer than `n_steps` − 1
    where there are few units, and none of one unit.
    """
    if len(set(scores.lengths.tolist())) != 1:
        raise DataError("the curves of a picture take instances of the same number of units")
    place = places(scores, chance)
    return [place < count for count in steps(int(scores.lengths[0]), n_steps)[1:-1].tolist()]


def area(probabilities: Floats, treated: Floats | None = None) -> Floats:
    """Area under each curve, float64, shape (n,), in [0, 1]: of deletion or of insertion.

    `probabilities`: shape (n, S + 1), the class's probability after each step, the state before
    the first one included; `treated`: shape (S + 1,), the share of units treated, rising from 0
    to 1 (default: equal steps). A curve of one point has no area: DataError.
    """
    curves = np.asarray(probabilities, np.float64)
    if curves.ndim != 2 or curves.shape[1] < 2:
        raise DataError("a curve needs a point before the first step and one after the last")
    if treated is None:
        at = np.linspace(0.0, 1.0, curves.shape[1])
    else:
        at = np.asarray(treated, np.float64)
    if at.shape != curves.shape[1:] or at[0] != 0 or at[-1] != 1 or (np.diff(at) < 0).any():
        raise DataError("the shares of units treated must rise from 0 to 1, one for each point")
    return np.asarray((curves[:, 1:] + curves[:, :-1]) @ np.diff(at) / 2, np.float64)


def steps(n_units: int, n_steps: int) -> Ints:
    """How many units have been treated at each point: int64, shape (S + 1,), from 0 to n_units.

    As Petsiuk's code does: equal steps, the last one what is left.
    """
    if n_units < 1 or n_steps < 1:
        raise DataError("a curve needs at least one unit and one step")
    size = -(-n_units // n_steps)
    return np.minimum(np.arange(-(-n_units // size) + 1) * size, n_units)
